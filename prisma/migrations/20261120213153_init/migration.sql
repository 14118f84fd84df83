-- CreateTable
CREATE TABLE "Network" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "driver" TEXT NOT NULL,
    "createdAt" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "internal" BOOLEAN NOT NULL,
    "predefined" BOOLEAN NOT NULL,
    "poolsJson" TEXT NOT NULL,
    "optionsJson" TEXT NOT NULL,
    "labelsJson" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Sandbox" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "createdAt" TEXT NOT NULL,
    "mode" TEXT NOT NULL,
    "managed" BOOLEAN NOT NULL,
    "labelsJson" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "Endpoint" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,
    "networkId" TEXT NOT NULL,
    "createdAt" TEXT NOT NULL,
    "ipv4" TEXT,
    "ipv6" TEXT,
    "mac" TEXT,
    "aliasesJson" TEXT NOT NULL,
    "labelsJson" TEXT NOT NULL,
    "sandboxId" TEXT,
    "interfaceName" TEXT,
    CONSTRAINT "Endpoint_networkId_fkey" FOREIGN KEY ("networkId") REFERENCES "Network" ("id") ON DELETE NO ACTION ON UPDATE NO ACTION,
    CONSTRAINT "Endpoint_sandboxId_fkey" FOREIGN KEY ("sandboxId") REFERENCES "Sandbox" ("id") ON DELETE NO ACTION ON UPDATE NO ACTION
);

-- CreateTable
CREATE TABLE "CardPosition" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "x" REAL NOT NULL,
    "y" REAL NOT NULL
);

-- CreateTable
CREATE TABLE "HistoryEntry" (
    "seq" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "position" INTEGER NOT NULL,
    "at" TEXT NOT NULL,
    "actorKind" TEXT NOT NULL,
    "actorId" TEXT NOT NULL,
    "actorName" TEXT NOT NULL,
    "actorRole" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "verb" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "objectsJson" TEXT NOT NULL,
    "commandsJson" TEXT NOT NULL,
    "changesJson" TEXT NOT NULL,
    "requestId" TEXT,
    "hash" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "HistoryOutcome" (
    "position" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "seq" INTEGER NOT NULL,
    "at" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "reverted" BOOLEAN NOT NULL,
    "stepsJson" TEXT NOT NULL,
    "undoStepsJson" TEXT NOT NULL,
    "durationMs" REAL,
    "error" TEXT,
    "errorDetailsJson" TEXT,
    "hash" TEXT NOT NULL,
    CONSTRAINT "HistoryOutcome_seq_fkey" FOREIGN KEY ("seq") REFERENCES "HistoryEntry" ("seq") ON DELETE NO ACTION ON UPDATE NO ACTION
);

-- CreateTable
CREATE TABLE "HistoryObject" (
    "seq" INTEGER NOT NULL,
    "objectId" TEXT NOT NULL,
    "nameKey" TEXT NOT NULL,

    PRIMARY KEY ("seq", "objectId"),
    CONSTRAINT "HistoryObject_seq_fkey" FOREIGN KEY ("seq") REFERENCES "HistoryEntry" ("seq") ON DELETE NO ACTION ON UPDATE NO ACTION
);

-- CreateTable
CREATE TABLE "User" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "emailVerified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "username" TEXT,
    "role" TEXT,
    "banned" BOOLEAN DEFAULT false,
    "banReason" TEXT,
    "banExpires" DATETIME
);

-- CreateTable
CREATE TABLE "Session" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "token" TEXT NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "ipAddress" TEXT,
    "userAgent" TEXT,
    "impersonatedBy" TEXT,
    "userId" TEXT NOT NULL,
    CONSTRAINT "Session_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Account" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "accountId" TEXT NOT NULL,
    "providerId" TEXT NOT NULL,
    "accessToken" TEXT,
    "refreshToken" TEXT,
    "idToken" TEXT,
    "accessTokenExpiresAt" DATETIME,
    "refreshTokenExpiresAt" DATETIME,
    "scope" TEXT,
    "password" TEXT,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL,
    "userId" TEXT NOT NULL,
    CONSTRAINT "Account_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- CreateTable
CREATE TABLE "Verification" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expiresAt" DATETIME NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "Network_nameKey_key" ON "Network"("nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "Sandbox_nameKey_key" ON "Sandbox"("nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "Endpoint_networkId_nameKey_key" ON "Endpoint"("networkId", "nameKey");

-- CreateIndex
CREATE UNIQUE INDEX "Endpoint_networkId_ipv4_key" ON "Endpoint"("networkId", "ipv4");

-- CreateIndex
CREATE UNIQUE INDEX "Endpoint_networkId_ipv6_key" ON "Endpoint"("networkId", "ipv6");

-- CreateIndex
CREATE UNIQUE INDEX "Endpoint_networkId_mac_key" ON "Endpoint"("networkId", "mac");

-- CreateIndex
CREATE UNIQUE INDEX "Endpoint_sandboxId_interfaceName_key" ON "Endpoint"("sandboxId", "interfaceName");

-- CreateIndex
CREATE UNIQUE INDEX "HistoryEntry_position_key" ON "HistoryEntry"("position");

-- CreateIndex
CREATE UNIQUE INDEX "HistoryEntry_requestId_key" ON "HistoryEntry"("requestId");

-- CreateIndex
CREATE INDEX "HistoryEntry_actorName_seq_idx" ON "HistoryEntry"("actorName", "seq");

-- CreateIndex
CREATE INDEX "HistoryEntry_verb_seq_idx" ON "HistoryEntry"("verb", "seq");

-- CreateIndex
CREATE INDEX "HistoryEntry_at_seq_idx" ON "HistoryEntry"("at", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "HistoryOutcome_seq_key" ON "HistoryOutcome"("seq");

-- CreateIndex
CREATE INDEX "HistoryOutcome_outcome_seq_idx" ON "HistoryOutcome"("outcome", "seq");

-- CreateIndex
CREATE INDEX "HistoryObject_objectId_seq_idx" ON "HistoryObject"("objectId", "seq");

-- CreateIndex
CREATE INDEX "HistoryObject_nameKey_seq_idx" ON "HistoryObject"("nameKey", "seq");

-- CreateIndex
CREATE UNIQUE INDEX "User_email_key" ON "User"("email");

-- CreateIndex
CREATE UNIQUE INDEX "User_username_key" ON "User"("username");

-- CreateIndex
CREATE UNIQUE INDEX "Session_token_key" ON "Session"("token");

-- CreateIndex
CREATE INDEX "Session_userId_idx" ON "Session"("userId");

-- CreateIndex
CREATE INDEX "Account_userId_idx" ON "Account"("userId");

-- CreateIndex
CREATE INDEX "Verification_identifier_idx" ON "Verification"("identifier");
