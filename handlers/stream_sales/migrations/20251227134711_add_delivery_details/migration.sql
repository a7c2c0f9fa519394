-- How the buyer gets at the product.
ALTER TABLE "products" ADD COLUMN "deliveryDetails" JSONB;
