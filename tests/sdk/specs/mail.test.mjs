import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { mailbox } from "./mailbox.mjs";
import { PASSWORD, failure, guest, login, people, superuser, tidy } from "./world.mjs";

describe("what goes by mail", () => {
    let su, mails, smtp, created, users;
    const as = (pb = guest()) => pb.collection(created.name);

    before(async () => {
        su = await superuser();
        smtp = (await su.settings.getAll()).smtp;
        mails = await mailbox();
        await su.settings.update({ smtp: { enabled: true, host: "127.0.0.1", port: mails.port, tls: false } });
        const template = { subject: "code", body: "<strong>{OTP}</strong> {APP_URL}" };
        ({ created, users } = await people(su, ["ida", "jan", "kai", "leo", "mia", "noa"], {
            otp: { enabled: true, emailTemplate: template },
            mfa: { enabled: true, rule: "name = 'mia'" },
        }));
    });

    after(async () => {
        await su.settings.update({ smtp });
        mails.close();
        await tidy(su);
    });

    it("signs in with a one-time code", async () => {
        const pb = guest();
        const { otpId } = await as(pb).requestOTP("ida@example.com");
        const { code } = await mails.next("ida@example.com");
        const { record } = await as(pb).authWithOTP(otpId, code);
        assert.deepEqual([record.id, record.verified, pb.authStore.isValid], [users.ida.id, true, true]);
        const again = await failure(as().authWithOTP(otpId, code), 400);
        assert.equal(again.message, "Invalid or expired OTP.");
        assert.equal((await as().requestOTP("nobody@example.com")).otpId.length, 15);
    });

    it("asks for a second factor", async () => {
        const error = await failure(as().authWithPassword("mia@example.com", PASSWORD), 401);
        const { mfaId } = error.response;
        assert.ok(mfaId);
        const { otpId } = await as().requestOTP("mia@example.com");
        const { code } = await mails.next("mia@example.com");
        const { record } = await as().authWithOTP(otpId, code, { mfaId });
        assert.equal(record.id, users.mia.id);
    });

    it("verifies an address", async () => {
        assert.equal(await as().requestVerification("jan@example.com"), true);
        const { token } = await mails.next("jan@example.com");
        const pb = await login(created, "jan");
        assert.equal(await as(pb).confirmVerification(token), true);
        assert.equal(pb.authStore.record.verified, true);
        assert.equal((await su.collection(created.name).getOne(users.jan.id)).verified, true);
        assert.equal(await as().requestVerification("nobody@example.com"), true);
    });

    it("resets a password", async () => {
        const old = await login(created, "kai");
        assert.equal(await as().requestPasswordReset("kai@example.com"), true);
        const { token } = await mails.next("kai@example.com");
        assert.equal(await as().confirmPasswordReset(token, "different1", "different1"), true);
        await as().authWithPassword("kai@example.com", "different1");
        await failure(as().authWithPassword("kai@example.com", PASSWORD), 400);
        await failure(as(old).authRefresh(), 401);
        const error = await failure(as().confirmPasswordReset(token, "different2", "different2"), 400);
        assert.equal(error.response.data.token.code, "validation_invalid_token");
    });

    it("changes an address", async () => {
        const pb = await login(created, "leo");
        assert.equal(await as(pb).requestEmailChange("leonard@example.com"), true);
        const { token } = await mails.next("leonard@example.com");
        await failure(as(pb).confirmEmailChange(token, "wrong12345"), 400);
        assert.equal(await as(pb).confirmEmailChange(token, PASSWORD), true);
        assert.equal(pb.authStore.isValid, false);
        await as().authWithPassword("leonard@example.com", PASSWORD);
    });

    it("tries the mail server", async () => {
        assert.equal(await su.settings.testEmail(created.name, "me@example.com", "verification"), true);
        assert.ok((await mails.next("me@example.com")).token);
    });

    it("lets superusers act as somebody", async () => {
        const noa = await as(su).impersonate(users.noa.id, 60);
        assert.equal(noa.authStore.record.id, users.noa.id);
        const { token } = noa.authStore;
        assert.equal((await noa.collection(created.name).authRefresh()).token, token);
        await failure(noa.collections.getList(), 403);
    });
});
