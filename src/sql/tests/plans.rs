//! TBD.
use super::library::world;
use super::world::*;
use crate::expr::Sort;
use crate::sql::*;

#[test]
fn show() {
    let world = world();
    let su = Asker::superuser();
    for (root, f) in [
        ("posts", "t = 'x' && owner = @request.auth.id"),
        ("posts", "author.t = 'Ann'"),
        ("posts", "tags.t ?= 'red'"),
        ("posts", "tags.t = 'red'"),
        ("posts", "tags.t != 'red'"),
        ("posts", "tags.t ?= 'green' && tags.w ?= 2"),
        ("authors", "posts_via_author.n ?> 0"),
        ("authors", "posts_via_author.n != 0"),
        ("authors", "posts_via_author.n ?!= 0"),
        ("authors", "prof_via_many.t?='a'"),
        ("authors", "prof_via_many.t='a'"),
        ("authors", "prof_via_whon.t?='a'"),
        ("posts", "@collection.members.role ?= t && @collection.members.lvl ?= n"),
        ("posts", "@collection.members.role ?= t"),
        ("posts", "author.prof_via_whon.t ?= 'a'"),
        ("posts", "author.t = t || author.active = true"),
    ] {
        let b = world.bind(root, f, &su).unwrap();
        let sort = Sort::compile("-id", &world.scope(root, &su)).unwrap().bind(&su.ctx);
        let fs = [&b];
        let s = World::select(world.collection(root), &fs, &sort);
        let q = s.count(Dialect::Sqlite);
        println!("\n{f}\n{}\n{}", q.text, world.plan(&q));
    }
}
