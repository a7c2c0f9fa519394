-- The customer of a reseller, who has no account here.
ALTER TABLE "orders"
    ADD COLUMN "customerName" TEXT,
    ADD COLUMN "customerPhone" TEXT;
