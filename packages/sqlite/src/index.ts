export { type SqliteLog, type SqliteLogOptions, sqliteLog } from "./sqlite-log.ts";
