import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, it } from "node:test";
import { failure, guest, superuser } from "./world.mjs";

describe("server", () => {
    let su;

    before(async () => {
        su = await superuser();
    });

    it("is healthy", async () => {
        const health = await guest().health.check();
        assert.deepEqual([health.code, health.message, health.data], [200, "API is healthy.", {}]);
        const { data } = await su.health.check();
        assert.deepEqual([typeof data.canBackup, data.possibleProxyHeader], ["boolean", ""]);
        assert.match(data.realIP, /^(127\.0\.0\.1|0000:.*)$/);
    });

    it("keeps settings", async () => {
        const settings = await su.settings.getAll();
        assert.equal(typeof settings.meta.appName, "string");
        assert.ok(!("password" in settings.smtp));
        assert.equal((await su.settings.update({ meta: { appName: "SDK" } })).meta.appName, "SDK");
        const error = await failure(su.settings.update({ meta: { appURL: "x" } }), 400);
        assert.equal(error.response.data.meta.appURL.code, "validation_is_url");
        await failure(guest().settings.getAll(), 401);
    });

    it("tries buckets out", async () => {
        await failure(su.settings.testS3("storage"), 400);
        await failure(su.settings.testS3("backups"), 400);
        await failure(guest().settings.testS3(), 401);
    });

    it("signs client secrets for Apple", async () => {
        const key = readFileSync(new URL("../../oauth2/keys/p256.pem", import.meta.url), "utf8");
        const { secret } = await su.settings.generateAppleClientSecret("com.example", "TEAM567890", "KEY4567890", key, 60);
        const claims = JSON.parse(Buffer.from(secret.split(".")[1], "base64url"));
        assert.deepEqual([claims.iss, claims.sub, claims.exp - claims.iat], ["TEAM567890", "com.example", 60]);
        const error = await failure(su.settings.generateAppleClientSecret("", "TEAM567890", "KEY4567890", key, 60), 400);
        assert.equal(error.response.data.clientId.code, "validation_required");
    });

    it("answers plain requests and hooks", async () => {
        const pb = guest();
        pb.beforeSend = (url, options) => ({ url, options: { ...options, headers: { ...options.headers, "X-Seen": "1" } } });
        pb.afterSend = (response, data) => ({ ...data, status: response.status });
        assert.equal((await pb.send("/api/health", { method: "GET" })).status, 200);
        await failure(pb.send("/api/no-such-thing", { method: "POST" }), 404);
    });
});
