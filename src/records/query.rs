//! The query parameters of a list: page, perPage, skipTotal, filter, sort, cursor.

use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::value::json::write_int;

/// Items per page without and at most with `perPage`.
const PER_PAGE: i64 = 30;
const MAX_PER_PAGE: i64 = 1000;

/// A parsed list query.
#[derive(Clone, Debug, PartialEq)]
pub struct ListQuery {
    /// From 1.
    pub page: i64,
    /// 1 to 1000.
    pub per_page: i64,
    pub skip_total: bool,
    pub filter: String,
    pub sort: String,
    /// `Some("")` asks for the first page of a keyset walk, `Some(text)` for the one after `text`.
    pub cursor: Option<String>,
    /// `explain=1`: how the query is answered instead of its answer; superusers only.
    pub explain: bool,
}

impl ListQuery {
    /// Reads the parameters; 400 for what is not a number or a boolean.
    pub fn parse(ctx: &Ctx) -> Result<Self> {
        let page = integer(ctx.query("page"))?.filter(|n| *n > 0).unwrap_or(1);
        let per_page = integer(ctx.query("perPage"))?.filter(|n| *n > 0).unwrap_or(PER_PAGE).min(MAX_PER_PAGE);
        Ok(ListQuery {
            page,
            per_page,
            skip_total: boolean(ctx.query("skipTotal"))?,
            filter: ctx.query("filter").unwrap_or_default().to_string(),
            sort: ctx.query("sort").unwrap_or_default().to_string(),
            cursor: ctx.query("cursor").map(str::to_string),
            explain: ctx.caller.is_superuser() && boolean(ctx.query("explain"))?,
        })
    }

    /// Records before the page.
    pub fn offset(&self) -> i64 {
        (self.page - 1).saturating_mul(self.per_page)
    }

    /// Opens the list envelope: everything before its items. A negative total was not asked for.
    pub fn write_envelope(&self, out: &mut Vec<u8>, total: i64) {
        let per_page = self.per_page;
        let pages = if total < 0 { -1 } else { total.div_euclid(per_page) + i64::from(total % per_page != 0) };
        let parts: [(&[u8], i64); 4] = [
            (b"{\"page\":", self.page),
            (b",\"perPage\":", per_page),
            (b",\"totalItems\":", total),
            (b",\"totalPages\":", pages),
        ];
        for (name, number) in parts {
            out.extend_from_slice(name);
            write_int(out, number);
        }
    }
}

fn integer(text: Option<&str>) -> Result<Option<i64>> {
    match text {
        None | Some("") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| Error::bad_request("")),
    }
}

fn boolean(text: Option<&str>) -> Result<bool> {
    match text {
        Some("1" | "t" | "T" | "true" | "TRUE" | "True") => Ok(true),
        None | Some("" | "0" | "f" | "F" | "false" | "FALSE" | "False") => Ok(false),
        Some(_) => Err(Error::bad_request("")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &[(&str, &str)]) -> Result<ListQuery> {
        let query = query.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect::<Vec<_>>();
        ListQuery::parse(&Ctx { query: query.into(), ..Ctx::default() })
    }

    #[test]
    fn pages_are_clamped_and_nonsense_is_refused() {
        for (page, per_page, expected) in [
            ("", "", (1, 30)),
            ("0", "0", (1, 30)),
            ("-3", "-1", (1, 30)),
            ("2", "1001", (2, 1000)),
            ("7", "5", (7, 5)),
        ] {
            let got = parse(&[("page", page), ("perPage", per_page)]).unwrap();
            assert_eq!((got.page, got.per_page), expected, "{page} {per_page}");
        }
        for (name, text) in
            [("page", "x"), ("page", "1.5"), ("perPage", "ten"), ("skipTotal", "yes"), ("skipTotal", "2")]
        {
            assert!(parse(&[(name, text)]).is_err(), "{name}={text}");
        }
        assert!(parse(&[("skipTotal", "T")]).unwrap().skip_total);
        assert!(!parse(&[("skipTotal", "False")]).unwrap().skip_total);
    }
}
