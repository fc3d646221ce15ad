// What every spec needs: clients, collections that go away again, errors that can be looked at.

import assert from "node:assert/strict";
import PocketBase, { ClientResponseError } from "pocketbase";

const { BASE_URL, SU_EMAIL, SU_PASSWORD } = process.env;
export const PASSWORD = "secret1234";
export const OPEN = { listRule: "", viewRule: "", createRule: "", updateRule: "", deleteRule: "" };

let made = 0;
const kept = [];

/** A client of a guest, without the SDK's auto-cancellation: specs ask the same path several times at once. */
export function guest() {
    return new PocketBase(BASE_URL).autoCancellation(false);
}

export async function superuser() {
    const pb = guest();
    await pb.collection("_superusers").authWithPassword(SU_EMAIL, SU_PASSWORD);
    return pb;
}

/** A name nobody else uses: spec files run at the same time. */
export function unique(prefix) {
    made += 1;
    return `${prefix}_${process.pid}_${made}`;
}

/** Creates a collection that `tidy` removes. */
export async function collection(su, definition) {
    const { prefix = "sdk", ...rest } = definition;
    const created = await su.collections.create({ name: unique(prefix), type: "base", ...OPEN, ...rest });
    kept.unshift(created.id);
    return created;
}

/** Removes the collections made so far, the newest first: younger ones point at older ones. */
export async function tidy(su) {
    for (const id of kept.splice(0)) await su.collections.delete(id).catch(() => {});
}

/** An auth collection with cheap password hashes and one user per name. */
export async function people(su, names, definition = {}) {
    const created = await collection(su, {
        prefix: "people",
        type: "auth",
        fields: [
            { name: "password", type: "password", min: 8, cost: 4, system: true, hidden: true, required: true },
            { name: "name", type: "text" },
        ],
        ...definition,
    });
    const users = {};
    for (const name of names) {
        const body = { email: `${name}@example.com`, password: PASSWORD, passwordConfirm: PASSWORD, name };
        users[name] = await su.collection(created.name).create(body);
    }
    return { created, users };
}

export async function login(people, name) {
    const pb = guest();
    await pb.collection(people.name).authWithPassword(`${name}@example.com`, PASSWORD);
    return pb;
}

/** The ClientResponseError a promise must end with. */
export async function failure(promise, status) {
    try {
        await promise;
    } catch (error) {
        assert.ok(error instanceof ClientResponseError, `not a ClientResponseError: ${error}`);
        assert.equal(error.status, status, JSON.stringify(error.response));
        return error;
    }
    assert.fail(`succeeded, expected ${status}`);
}
