-- What an order was priced by stays with it, whatever the rates become. Orders from before have none of it.
ALTER TABLE "orders"
    ADD COLUMN "markupAmount" DECIMAL(10,2),
    ADD COLUMN "markupType" TEXT,
    ADD COLUMN "markupRate" DECIMAL(10,2),
    ADD COLUMN "feeAmount" DECIMAL(10,2),
    ADD COLUMN "feeType" TEXT,
    ADD COLUMN "feeRate" DECIMAL(10,2);

ALTER TABLE "order_items" ADD COLUMN "basePrice" DECIMAL(10,2);
