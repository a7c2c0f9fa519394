-- A mark-up and a fee are a percentage or an amount.
ALTER TABLE "pricing_configs"
    ADD COLUMN "distributorMarkupType" TEXT NOT NULL DEFAULT 'percentage',
    ADD COLUMN "platformFeeType" TEXT NOT NULL DEFAULT 'percentage';
