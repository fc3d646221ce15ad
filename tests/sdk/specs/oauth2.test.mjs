import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createHash } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { collection, failure, guest, people, superuser, tidy } from "./world.mjs";

// A provider: a code is the JSON of whom it stands for and of the challenge it was asked for with.
function provider() {
    const server = createServer((request, answer) => {
        let body = "";
        request.on("data", (chunk) => (body += chunk));
        request.on("end", () => {
            const send = (status, json) => answer.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(json));
            if (request.url === "/me") {
                return send(200, JSON.parse(Buffer.from(request.headers.authorization.replace("Bearer ", ""), "base64url")));
            }
            const form = new URLSearchParams(body);
            const { person, challenge } = JSON.parse(form.get("code"));
            const shown = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
            if (shown !== challenge) return send(400, { error: "invalid_grant" });
            const access_token = Buffer.from(JSON.stringify(person)).toString("base64url");
            send(200, { access_token, token_type: "Bearer", expires_in: 60 });
        });
    });
    return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

describe("oauth2", () => {
    let su, idp, created, users;
    const redirect = "https://app.example/back";

    before(async () => {
        idp = await provider();
        su = await superuser();
        const url = `http://127.0.0.1:${idp.address().port}`;
        ({ created, users } = await people(su, ["ann"], {
            oauth2: {
                enabled: true,
                mappedFields: { name: "name" },
                providers: [{ name: "oidc", clientId: "us", clientSecret: "hush", authURL: `${url}/authorize`, tokenURL: `${url}/token`, userInfoURL: `${url}/me` }],
            },
            authRule: "",
        }));
    });

    after(async () => {
        await tidy(su);
        idp.close();
    });

    // What the browser would bring back from the provider.
    async function grant(pb, person) {
        const { oauth2 } = await pb.collection(created.name).listAuthMethods();
        const [{ name, codeVerifier, authURL }] = oauth2.providers;
        assert.equal(name, "oidc");
        assert.ok(authURL.endsWith("&redirect_uri="));
        const challenge = new URL(authURL).searchParams.get("code_challenge");
        return [name, JSON.stringify({ person, challenge }), codeVerifier, redirect];
    }

    it("signs somebody up, then in", async () => {
        const pb = guest();
        const dana = { sub: "1", name: "Dana", email: "dana@example.com", email_verified: true };
        const first = await pb.collection(created.name).authWithOAuth2Code(...(await grant(pb, dana)), { emailVisibility: true });
        assert.deepEqual([first.meta.isNew, first.meta.email, first.record.name, first.record.verified], [true, "dana@example.com", "Dana", true]);
        assert.equal(first.record.emailVisibility, true);
        assert.deepEqual(first.meta.rawUser, dana);
        assert.equal(pb.authStore.record.id, first.record.id);
        const again = await pb.collection(created.name).authWithOAuth2Code(...(await grant(pb, dana)));
        assert.deepEqual([again.meta.isNew, again.record.id], [false, first.record.id]);
    });

    it("links and unlinks", async () => {
        const pb = guest();
        await pb.collection(created.name).authWithPassword("ann@example.com", "secret1234");
        const { record } = await pb.collection(created.name).authWithOAuth2Code(...(await grant(pb, { sub: "2" })));
        assert.equal(record.id, users.ann.id);
        const links = await pb.collection(created.name).listExternalAuths(users.ann.id);
        assert.deepEqual(links.map(({ provider, providerId }) => [provider, providerId]), [["oidc", "2"]]);
        assert.equal(await pb.collection(created.name).unlinkExternalAuth(users.ann.id, "oidc"), true);
        assert.deepEqual(await pb.collection(created.name).listExternalAuths(users.ann.id), []);
    });

    it("refuses a code with another verifier", async () => {
        const pb = guest();
        const [name, code] = await grant(pb, { sub: "3" });
        const error = await failure(pb.collection(created.name).authWithOAuth2Code(name, code, "x".repeat(43), redirect), 400);
        assert.equal(error.message, "Failed to fetch OAuth2 token.");
    });

    it("refuses where it is off", async () => {
        const other = await collection(su, { type: "auth" });
        await failure(guest().collection(other.name).authWithOAuth2Code("oidc", "x", "y", redirect), 403);
    });
});
