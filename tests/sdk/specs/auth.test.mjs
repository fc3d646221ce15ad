import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PASSWORD, collection, failure, guest, login, people, superuser, tidy } from "./world.mjs";

const { SU_EMAIL, SU_PASSWORD } = process.env;

describe("auth", () => {
    let su, users, created;

    after(() => tidy(su));

    before(async () => {
        su = await superuser();
        ({ created, users } = await people(su, ["ann", "bob", "eve"], {
            listRule: "@request.auth.id != ''", viewRule: "@request.auth.id != ''", updateRule: "id = @request.auth.id", deleteRule: "id = @request.auth.id",
        }));
    });

    it("logs a superuser in", async () => {
        const pb = guest();
        const { token, record } = await pb.collection("_superusers").authWithPassword(SU_EMAIL, SU_PASSWORD);
        assert.equal(record.email, SU_EMAIL);
        assert.equal(pb.authStore.token, token);
        assert.deepEqual([pb.authStore.isValid, pb.authStore.isSuperuser], [true, true]);
    });

    it("logs a user in", async () => {
        const pb = guest();
        const { record } = await pb.collection(created.name).authWithPassword("ann@example.com", PASSWORD, { fields: "*,record.*" });
        assert.deepEqual([record.id, record.email, record.name], [users.ann.id, "ann@example.com", "ann"]);
        assert.deepEqual([pb.authStore.isValid, pb.authStore.isSuperuser], [true, false]);
        assert.equal(pb.authStore.record.collectionName, created.name);
        assert.ok(!("password" in record) && !("tokenKey" in record));
    });

    it("refuses wrong credentials", async () => {
        for (const [identity, password] of [["ann@example.com", "wrong12345"], ["nobody@example.com", PASSWORD]]) {
            const error = await failure(guest().collection(created.name).authWithPassword(identity, password), 400);
            assert.equal(error.message, "Failed to authenticate.");
        }
    });

    it("refreshes", async () => {
        const pb = await login(created, "ann");
        const { record, token } = await pb.collection(created.name).authRefresh();
        assert.equal(record.id, users.ann.id);
        assert.equal(pb.authStore.token, token);
        await failure(guest().collection(created.name).authRefresh(), 401);
        await failure(pb.collection("users").authRefresh(), 403);
    });

    it("refreshes a superuser by itself", async () => {
        const pb = guest();
        await pb.collection("_superusers").authWithPassword(SU_EMAIL, SU_PASSWORD, { autoRefreshThreshold: 30 * 60 });
        assert.ok((await pb.collections.getList(1, 1)).totalItems > 0);
    });

    it("lists auth methods", async () => {
        const methods = await guest().collection(created.name).listAuthMethods();
        assert.deepEqual(methods.password, { enabled: true, identityFields: ["email"] });
        assert.deepEqual(methods.oauth2, { enabled: false, providers: [] });
        assert.deepEqual([methods.mfa.enabled, methods.otp.enabled], [false, false]);
    });

    it("shows emails to their owner and to superusers", async () => {
        const ann = await login(created, "ann");
        assert.equal((await ann.collection(created.name).getOne(users.ann.id)).email, "ann@example.com");
        assert.equal("email" in (await ann.collection(created.name).getOne(users.bob.id)), false);
        assert.equal((await su.collection(created.name).getOne(users.bob.id)).email, "bob@example.com");
    });

    it("applies rules to the caller", async () => {
        const bob = await login(created, "bob");
        const own = await collection(su, {
            prefix: "notes", fields: [{ name: "t", type: "text" }, { name: "owner", type: "relation", collectionId: created.id, maxSelect: 1 }],
            listRule: "owner = @request.auth.id && owner != ''", viewRule: null, createRule: "@request.auth.id != '' && owner = @request.auth.id", updateRule: "owner = @request.auth.id", deleteRule: null,
        });
        const note = await bob.collection(own.name).create({ t: "x", owner: users.bob.id });
        await failure(bob.collection(own.name).create({ t: "x", owner: users.ann.id }), 400);
        assert.equal((await bob.collection(own.name).getList()).totalItems, 1);
        assert.equal((await guest().collection(own.name).getList()).totalItems, 0);
        await failure((await login(created, "ann")).collection(own.name).update(note.id, { t: "y" }), 404);
        await failure(bob.collection(own.name).getOne(note.id), 403);
        await failure(bob.collection(own.name).delete(note.id), 403);
        await su.collections.delete(own.id);
    });

    it("ends sessions when the password changes", async () => {
        const eve = await login(created, "eve");
        const other = await login(created, "eve");
        await failure(eve.collection(created.name).update(users.eve.id, { password: "different1", passwordConfirm: "different1" }), 400);
        await eve.collection(created.name).update(users.eve.id, { password: "different1", passwordConfirm: "different1", oldPassword: PASSWORD });
        await failure(other.collection(created.name).authRefresh(), 401);
        await guest().collection(created.name).authWithPassword("eve@example.com", "different1");
    });

    it("keeps the auth store in step with the own record", async () => {
        const pb = await login(created, "bob");
        await pb.collection(created.name).update(users.bob.id, { name: "Robert" });
        assert.equal(pb.authStore.record.name, "Robert");
        assert.match(pb.authStore.exportToCookie(), /^pb_auth=/);
    });

    it("knows no external accounts yet", async () => {
        assert.deepEqual(await su.collection(created.name).listExternalAuths(users.ann.id), []);
    });

    it("signs up and deletes the own account", async () => {
        const made = await guest().collection(created.name).create({ email: "new@example.com", password: PASSWORD, passwordConfirm: PASSWORD });
        const pb = await login(created, "new");
        assert.equal(await pb.collection(created.name).delete(made.id), true);
        assert.equal(pb.authStore.isValid, false);
        const error = await failure(guest().collection(created.name).create({ email: "bad", password: "short", passwordConfirm: "other" }), 400);
        assert.equal(error.response.data.passwordConfirm.code, "validation_values_mismatch");
    });
});
