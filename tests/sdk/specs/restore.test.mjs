import assert from "node:assert/strict";
import { it } from "node:test";
import PocketBase from "pocketbase";
import { answers, start } from "../server.mjs";

// It restarts its server, so it has one of its own.
const skip = process.env.CRATEBASE_BIN ? false : "it needs a server that it may restart";

it("restores a backup, and everybody stays signed in", { skip }, async () => {
    const server = await start(process.env);
    try {
        const pb = new PocketBase(server.url);
        await pb.collection("_superusers").authWithPassword(process.env.SU_EMAIL, process.env.SU_PASSWORD);
        await pb.settings.update({ meta: { appName: "before" } });
        await pb.backups.create("good.zip");
        await pb.settings.update({ meta: { appName: "after" } });
        assert.equal(await pb.backups.restore("good.zip"), true);
        // It goes away, and comes back as it was.
        for (const end = Date.now() + 60_000; Date.now() < end; ) {
            const name = (await answers(server.url)) && (await pb.settings.getAll().then((all) => all.meta.appName, () => ""));
            if (name === "before") break;
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        assert.equal((await pb.settings.getAll()).meta.appName, "before");
        assert.equal((await pb.health.check()).data.canBackup, true);
    } finally {
        await server.stop();
    }
});
