-- AlterTable
ALTER TABLE "Sandbox" ADD COLUMN "optionsJson" TEXT NOT NULL DEFAULT '{}';
