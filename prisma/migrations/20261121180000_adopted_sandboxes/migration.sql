-- Where an adopted sandbox has its namespace from.
ALTER TABLE "Sandbox" ADD COLUMN "originJson" TEXT;
