//! What each form of the language selects: the contract's vectors, and what else is known of it.

use super::library::world;
use super::world::*;
use crate::expr::Access;

/// Checks lines of `filter => ids without their letter`, in both readers.
fn check(world: &World, root: &str, asker: &Asker, lines: &str) {
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (filter, expected) = line.rsplit_once("=>").unwrap();
        let filter = filter.trim();
        let ids = world.ids(root, filter, asker).unwrap_or_else(|error| panic!("{filter}: {error}"));
        let found: Vec<&str> = ids.iter().map(|id| &id[1..]).collect();
        assert_eq!(found.join(" "), expected.trim(), "{filter}");
    }
}

#[test]
fn the_vectors_of_the_contract() {
    let world = world();
    let su = Asker::superuser();
    check(&world, "posts", &su, VECTORS);
    check(
        &world,
        "authors",
        &su,
        "posts_via_author.n > 0 => 2
        posts_via_author.n ?> 0 => 1 2
        posts_via_author.id != '' => 1 2
        posts_via_author.tags.t ?= 'green' => 1",
    );
    world.insert("authors", "A3", &[("t", "5".into())]);
    check(&world, "authors", &su, "t = 5 => \n t = '5' => 3");
}

const VECTORS: &str = r#"
    t = '' => 3
    t = null => 3
    t != null => 1 2 4
    j = null => 3
    j = '' =>
    j != null => 1 2 4
    j = 5 => 2
    j = '5' =>
    j.a = 1 => 1
    j.a = '1' =>
    j.c = null => 1 2 3 4
    j.zz = null => 1 2 3 4
    j.zz = '' =>
    j.b.0 = 'x' => 1
    j.b = '["x","y"]' => 1
    t ~ 'hello' => 1
    t ~ 'hello%' => 1
    t ~ '%world' => 1
    t ~ '100%' => 2
    t ~ 'e_t' => 2
    'axb' ~ 'a_b' =>
    'axb' ~ 'a_b%' => 1 2 3 4
    t ~ 'k\s' => 4
    t ~ 'k\\s' => 4
    t !~ 'o' => 2 3 4
    t ~ t => 1 2 3
    n = '1' => 1
    n > '0' => 1 2
    b = true => 1
    b = 1 => 1
    b = 'true' =>
    b != true => 2 3 4
    d > '2024' => 1 4
    d = '' => 2 3
    d = '2024-01-01' =>
    s2 = 'a' =>
    s2 ~ 'a' => 1 2
    s2:each = 'a' => 2
    s2:each ?= 'a' => 1 2
    s2:length > 1 => 1
    s2:length = 0 => 3
    author:length = 1 => 1 2 4
    author:length = 0 => 3
    t:lower = 'hello world' => 1
    tags.t = 'red' => 4
    tags.t ?= 'red' => 1 4
    tags.t != 'red' => 2 3
    tags.t ?!= 'red' => 1 2 3
    tags.w > 1 => 2
    tags.w ?> 1 => 1 2
    tags = 'T1' =>
    tags ~ 'T1' => 1 4
    tags:each ?= 'T1' => 1 4
    tags.id = 'T1' => 4
    tags.t ?= 'green' && tags.w ?= 1 =>
    tags.t ?= 'green' && tags.w ?= 2 => 1
    author.t = '' => 3
    author.t != 'Ann' => 2 3
    author.active = false => 2
    @collection.tags.w > 0 => 1 2 3 4
    @collection.tags.t != 'green' =>
    @collection.tags.t ?!= 'green' => 1 2 3 4
    @collection.tags.t ?= 'red' && @collection.tags.t ?= 'blue' =>
    @collection.tags:x.t ?= 'red' && @collection.tags:y.t ?= 'blue' => 1 2 3 4
    @collection.empty.t != 'x' => 1 2 3 4
    @collection.empty.t ?= 'x' =>
    @collection.empty.t = '' => 1 2 3 4
    n=1 || n=2 && n=3 => 1
    (n=1 || n=2) && n=3 =>
    geoDistance(g.lon, g.lat, 23.3, 42.7) < 10 => 1
    strftime('%Y', d) = '2024' => 1
    strftime('%Y', d) = 2024 =>
    strftime('%Y', d) = null => 2 3
    strftime('%Y-%m', d, '+1 month') = '2024-02' => 1
"#;

#[test]
fn likes() {
    let (world, su) = (world(), Asker::superuser());
    check(&world, "posts", &su, LIKES);
}

const LIKES: &str = r#"
    t ~ null =>
    t !~ null =>
    t ~ true => 2
    n ~ 1 => 1 4
    n ~ 1.50 => 4
    n ~ '1' => 1 4
    1 ~ '1' => 1 2 3 4
    1 ~ '.0' => 1 2 3 4
    '1' ~ 1 => 1 2 3 4
    1.5 ~ '.5' => 1 2 3 4
    b ~ true => 1
    b ~ 1 => 1
    j ~ 5 => 2
    j ~ 'x' => 1 4
    j ~ 'str' => 1
    t ~ '' => 1 2 3 4
    t !~ '' =>
    t ~ '100\%' => 2
    t ~ '100\%%' => 2
    t ~ '\\' => 4
    t ~ '%\\s%' => 2 4
    t ~ '%\s%' => 2 4
    t ~ 'e\_t' => 2
    t ~ 'c\\\\k' =>
    t ~ '_' => 2
    t ~ '%' => 1 2 3 4
    t ~ @now =>
    '2' ~ @year => 
    '12024' ~ @year => 1 2 3 4
    t ~ n =>
    '1' ~ n => 1
    n ~ n => 1 2 3 4
    'x' ~ s2 =>
    tags.t ~ 'e' => 1 2 4
    tags.t ?~ 'e' => 1 2 4
    tags.t !~ 'e' =>
    tags.t ?!~ 'e' =>
    'a green b' ~ tags.t =>
    'a green b' ?~ tags.t => 1
    s2 ~ s1 => 1 2 3 4
    d ~ '2024' => 1
    g ~ '23' => 1
    author.t ~ '' => 1 2 4
    author.t !~ 'zz' => 1 2 4
    t ~ "h%" => 1
    tags.t ~ t =>
    @request.query.zz ~ 'x' =>
    @request.query.zz ~ '' =>
    t ~ @request.query.zz =>
    tags.t ?~ @request.query.q => 1 4
"#;

#[test]
fn kinds_and_modifiers() {
    let (world, su) = (world(), Asker::superuser());
    check(&world, "posts", &su, KINDS);
}

const KINDS: &str = r#"
    g='' =>
    g!='' => 1 2 3 4
    g=null =>
    g='{"lon":0,"lat":0}' => 2 3 4
    g.lon=0 => 2 3 4
    g.lon='0' =>
    g.lon='' =>
    g.lon=null =>
    g.foo=1 =>
    g.foo=null => 1 2 3 4
    g.lon.x=1 =>
    tags.g='' => 3
    tags.g ?= null => 3
    tags.g.lon ?= '' =>
    tags.g.lon ?= null => 3
    j:each='x' =>
    j:length=2 =>
    j.b:length=2 =>
    j.b:each='x' =>
    j.b.length=2 =>
    j:lower='text' => 4
    j:lower='' =>
    j:lower=null => 3
    j:lower!='text' => 1 2 3
    author.t:lower=null => 3
    0 > s1:each =>
    0 > s1 => 2 3
    j.s:lower='str' =>
    j.s:lower=null => 1 2 3 4
    j.s:foo=null => 1 2 3 4
    j.a:lower.b=null => 1 2 3 4
    j.1a=null => 1 2 3 4
    j.b.00='x' => 1
    j.b.99999999999999999999=null => 1 2 3 4
    g.lon:lower=null => 1 2 3 4
    n:lower='1' => 1
    n:lower=1 =>
    b:lower=1 =>
    t:length=0 =>
    t:length='' => 3
    t:each='x' =>
    n:length=1 => 1
    n:length='1' => 1
    d:length='' => 2 3
    s1:length=1 => 1 4
    s1:length=0 => 2 3
    s1:each='a' => 1
    s1:each='' => 2 3
    s1:each?='' => 2 3
    s1:each!='a' => 2 3 4
    s2:each!='a' => 3 4
    s2:each='' => 3
    s2:each=null => 3
    s2:each!='' => 1 2 4
    s2:length='2' =>
    s2:length='' =>
    s2:lower='["a"]' => 2
    f:length=0 => 1 2 3 4
    f:each='' => 1 2 3 4
    author:each='' => 3
    tags:each='' => 3
    tags:length=2 => 1
    tags:lower='' =>
    id:lower='p1' => 1
    id:length=1 =>
    t:isset=true =>
    t:isset='' => 3
    t:changed=true =>
    tags.t:length=1 =>
    tags.t:each='red' => 4
    tags.t:lower='red' => 4
    tags.j.a?=1 => 1 4
    tags.j:lower?='x' => 2
    author.id='A1' => 1 4
    author.id:lower='a1' => 1 4
    hrel.t='red' => 1
    b=TRUE => 1
    b='1' => 1
    b=1.0 => 1
    n='1.0' => 1
    n=' 1 ' => 1
    n='1e0' => 1
    n>'abc' =>
    n<'abc' => 1 2 3 4
    t>5 => 1 4
    t<5 => 2 3
    d>1 => 1 4
    s2>'[' => 1 2 3 4
    j>4 => 1 2 4
    j<'a' => 2
    author>'' => 1 2 4
    id>='P2' => 2 3 4
    n>null =>
    b>false => 1
    n>=-1 => 1 2 3
    n=-01.50 => 4
    -1.5=n => 4
"#;

#[test]
fn constants_and_grammar() {
    let (world, su) = (world(), Asker::superuser());
    check(&world, "posts", &su, CONSTANTS);
}

const CONSTANTS: &str = r#"
    NULL=null => 1 2 3 4
    True=1 => 1 2 3 4
    null='' => 1 2 3 4
    1=1 => 1 2 3 4
    1=2 =>
    'a'='a' => 1 2 3 4
    null!='x' => 1 2 3 4
    null!='' =>
    '' != 5 => 1 2 3 4
    '5'=5 =>
    1<2 => 1 2 3 4
    'a'<'b' => 1 2 3 4
    null<1 =>
    null>1 =>
    ''<'a' => 1 2 3 4
    '10'>9 => 1 2 3 4
    @now='x' =>
    @now = '2024-02-29 23:05:07.089Z' => 1 2 3 4
    @second='7' =>
    @second=7 => 1 2 3 4
    @year=n =>
    t=@year =>
    @now > d => 1 2 3
    d > @todayStart => 4
    @year = strftime('%Y',d) =>
    strftime('%Y') = '2024' => 1 2 3 4
    strftime('%Y', 'NOW') = '2024' => 1 2 3 4
    strftime('%Y', @yearEnd) = '2024' => 1 2 3 4
    strftime('%d', 'now', '+1 day') = '01' => 1 2 3 4
    n=1 (n=1) => 1
    n=1||n=9 (t~'a') => 1 4
    (n=1)(n=1) => 1
    n=1 || (n=2 && (t~'1')) => 1 2
    t ='' (n=0) => 3
    t=''(n=0) && n=0 => 3
    t=strftime('%Y',d,) => 3
    geoDistance(1,2,3,4)=0 =>
    geoDistance(1,2,1,2)<0.001 => 1 2 3 4
    geoDistance(1,2,null,2)=null => 1 2 3 4
    geoDistance(1,2,null,2)!='' => 1 2 3 4
    geoDistance(n,n,n,n)<0.001 => 1 2 3 4
    geoDistance(t,n,n,n)=null => 1 2 3 4
"#;

#[test]
fn columns_against_columns() {
    let (world, su) = (world(), Asker::superuser());
    check(&world, "posts", &su, COLUMNS);
}

const COLUMNS: &str = r#"
    author.t = t => 3
    author.t = author.active => 3
    t = n =>
    t != n => 1 2 3 4
    n = b => 1 3
    t ?= tags.t => 3
    tags.t = t => 3
    t < tags.w =>
    tags.t = tags.w => 3
    tags.id = tags.id => 2 3 4
    tags.id ?= tags.id => 1 2 3 4
    tags.w < tags.w =>
    tags.w ?<= tags.w => 1 2 4
    j = t =>
    t = j.a =>
    j = j.a => 3
    n = null =>
    n != '' => 1 2 3 4
    strftime('%Y',d)='' => 2 3
    strftime('%Y',d)!='' => 1 4
    strftime('%Y',d)!='2024' => 2 3 4
    strftime('%Y',d)=t => 3
    strftime('%Y',tags.t)='x' =>
    strftime('%Y',tags.t)=t => 3
    geoDistance(tags.g.lon,tags.g.lat,23,42)<100 => 1 4
    geoDistance(tags.g.lon,tags.g.lat,23,42)=tags.w => 3
    n < author.active => 4
    d = strftime('%Y-%m-%d %H:%M:%fZ', d) => 1 2 3 4
"#;

#[test]
fn shared_rows() {
    let (world, su) = (world(), Asker::superuser());
    check(&world, "posts", &su, SHARED);
}

const SHARED: &str = r#"
    @collection.tags.t?='red' && @collection.tags.w?=2 =>
    @collection.TAGS.t?='red' => 1 2 3 4
    @collection.tags.t?='red' && @collection.tags_id.w?=2 =>
    @collection.tags:a.t?='red' && @collection.tags.w?=2 => 1 2 3 4
    @collection.tags:lower.t?='red' => 1 2 3 4
    @collection.tags:a.t:lower?='red' => 1 2 3 4
    @collection.tags.t=t =>
    @collection.tags:x.t = @collection.tags:y.t =>
    @collection.tags:x.t ?= @collection.tags:y.t => 1 2 3 4
    @collection.members.id?='x' =>
    @collection.empty.t ?!= 'x' && n = 1 => 1
    @collection.empty.t ?= t => 3
    @collection.tags.w ?= n => 1 2
    @collection.tags.w ?= n || t = '' => 1 2 3
    s2:each?='a' && s2:each?='b' =>
    s2:each?='a' || s2:each?='c' => 1 2 4
    tags:each?='T1' && tags.t?='green' =>
    tags:each?='T1' && tags.t?='red' => 1 4
    tags.id?='T1' && tags.t?='green' =>
    tags.t?='red' && tags.t?='green' =>
    tags = 'x' && tags.t ?= 'red' =>
    tags = '' && tags:each ?= 'T1' =>
    tags = t && tags.t ?= 'red' =>
    tags.g ?= 'x' && tags.g.lon ?> 1 =>
    g = 'x' && g.lon > 1 =>
    s2 = '["a"]' && s2:each = 'a' => 2
    tags.t='red' && tags.w=1 => 4
    tags.t?='red' || tags.t?='green' && tags.w?=1 => 1 4
    (tags.t?='red' || n=2) && tags.w?>=2 => 2
    (tags.t?='red' || s2:each?='a') && (tags.w?=2 || n=1) => 1
    author.posts_via_author.tags.t?='blue' => 2
    author.posts_via_author.id?=id && author.posts_via_author.tags.t?='green' => 1
    author.posts_via_author.n ?!= n => 1 3 4
    tags.posts_via_tags.t ?= t => 1 2 3 4
    tags.posts_via_tags.n > 0 => 2
    id='p1' || tags.t='red' => 4
    author.posts_via_author.author.posts_via_author.author.posts_via_author.n?=1 => 1 4
    author.posts_via_author.author.posts_via_author.author.posts_via_author.author?!='' => 1 2 4
"#;

#[test]
fn back_relations() {
    let (world, su) = (world(), Asker::superuser());
    check(
        &world,
        "authors",
        &su,
        "prof_via_who.t='a' => 1
        prof_via_whop.t='a' => 1
        prof_via_whon.t='a' => 
        prof_via_whon.t?='a' => 1
        prof_via_whon.t!='zz' => 1 2
        prof_via_whon.t?='' => 2
        prof_via_many.t='a' => 2
        prof_via_many.t?='a' => 1 2
        prof_via_many.t!='b' => 2
        PROF_via_who.t='a' => 1
        prof_via_who.id='' => 
        posts_id_via_author.n ?= 1 => 1
        vposts_via_author.num ?= 1 => 1
        posts_via_author.tags:length ?= 2 => 1
        posts_via_author.author.t ?= 'Bob' => 2
        posts_via_author.tags.t != 'blue' => 1
        posts_via_author.tags.t != 'zz' => 1 2
        posts_via_author.tags.t ?= '' => ",
    );
    world.insert("authors", "A3", &[]);
    check(
        &world,
        "authors",
        &su,
        "posts_via_author.n ?= '' => 3
        posts_via_author.n = '' => 3
        posts_via_author.n != 5 => 1 2 3
        posts_via_author.id = null => 3
        prof_via_many.id ?= '' || t = 'Ann' => 1 3
        prof_via_many.t ?!= 'a' => 1 3
        prof_via_many.id = '' && posts_via_author.id = '' => 3
        posts_via_author.t ?= prof_via_many.t => 3",
    );
}

#[test]
fn views() {
    let (world, su) = (world(), Asker::superuser());
    check(
        &world,
        "vposts",
        &su,
        "author.t='Ann' => 1 4
        expr=2 => 1
        expr='2' => 
        m='Hello World' => 1
        m.a = null => 1 2 3 4
        tags.t?='red' => 1 4
        tags.t!='red' => 2 3
        s2:each?='a' => 1 2
        s2:each='a' => 2
        j.a=1 => 1
        j=5 => 2
        num=1 => 1
        num='1' => 1
        s2:length=2 => 1
        author:length=0 => 3
        t='' => 3",
    );
}

/// The second reader needs no help with what concerns the record and the request only.
#[test]
fn memory_suffices_for_the_record_itself() {
    let (world, su) = (world(), Asker::superuser());
    for filter in [
        "t = 'x' && n > 1 || b = true",
        "s2:each = 'a'",
        "s2:each ?= 'a' && s2:length > 1",
        "author = @request.auth.id",
        "author.id = 'A1'",
        "t:lower ~ 'hello' && j.a = 1",
        "geoDistance(g.lon, g.lat, 23.3, 42.7) < 10",
        "tags:each ?= 'T1' || tags ~ 'T2'",
        "d > @now && @request.query.q = 'Red'",
        "n = 5 && tags.t = 'red'",
        "n < 100 || tags.t = 'red'",
    ] {
        let bound = world.bind("posts", filter, &su).unwrap();
        assert_eq!(world.decided(&bound), 4, "{filter}");
    }
    // P3 has no tags: nothing to look up.
    assert_eq!(world.decided(&world.bind("posts", "tags.t = 'red'", &su).unwrap()), 1);
    assert_eq!(world.decided(&world.bind("posts", "author.t = 'Ann'", &su).unwrap()), 1);
}

#[test]
fn rules_and_superusers_may_use_everything() {
    let world = world();
    for access in [Access::Rule, Access::Superuser] {
        let asker = Asker { access, ..Asker::rule() };
        check(&world, "posts", &asker, "h = 'hid' => 1 \n pw ~ '2a' => 1 \n hrel.t = 'red' => 1");
    }
}
