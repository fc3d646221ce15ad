import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { failure, guest, superuser } from "./world.mjs";

describe("server", () => {
    let su;

    before(async () => {
        su = await superuser();
    });

    it("is healthy", async () => {
        const health = await guest().health.check();
        assert.deepEqual([health.code, health.message], [200, "API is healthy."]);
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

    it("answers plain requests and hooks", async () => {
        const pb = guest();
        pb.beforeSend = (url, options) => ({ url, options: { ...options, headers: { ...options.headers, "X-Seen": "1" } } });
        pb.afterSend = (response, data) => ({ ...data, status: response.status });
        assert.equal((await pb.send("/api/health", { method: "GET" })).status, 200);
        await failure(pb.send("/api/no-such-thing", { method: "POST" }), 404);
    });
});
