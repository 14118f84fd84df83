-- AlterTable
ALTER TABLE "Endpoint" ADD COLUMN "exposedJson" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "Endpoint" ADD COLUMN "portsJson" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "Endpoint" ADD COLUMN "linksJson" TEXT NOT NULL DEFAULT '[]';
