-- The sandbox whose namespace another one is in.
ALTER TABLE "Sandbox" ADD COLUMN "sharedWith" TEXT;
