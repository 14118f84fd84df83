-- What an endpoint is told besides addresses and ports.
ALTER TABLE "Endpoint" ADD COLUMN "optionsJson" TEXT NOT NULL DEFAULT '{}';
