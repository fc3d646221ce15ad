//! What a bucket's refusals mean, in sentences that repeat nothing of the answer but its status and S3's own code: the
//! endpoint is where a superuser says, and its words are not for handing on.

use std::error::Error as _;

use crate::error::Error;

const RETRY_AFTER_S: u64 = 5;
/// The longest sentence about a connection.
const SHORT: usize = 200;

/// 404 for what is missing; 503 for what may be there again soon; 500 for what somebody has to see to.
pub fn explain(error: &object_store::Error) -> Error {
    use object_store::Error as Fault;
    match error {
        Fault::NotFound { .. } if code(&error.to_string()).is_none_or(|code| code != "NoSuchBucket") => {
            Error::not_found("")
        }
        _ => {
            let (sentence, status) = (sentence(error), status(&error.to_string()));
            // Refusals stay until somebody changes something.
            match status {
                Some(status) if status < 500 => Error::internal(format!("the file storage refuses: {sentence}")),
                Some(_) | None => unavailable(&sentence),
            }
        }
    }
}

/// There was no answer.
pub fn late() -> Error {
    unavailable("it does not answer")
}

/// It ended before its end.
pub fn short() -> Error {
    unavailable("it sends less than it has")
}

fn unavailable(sentence: &str) -> Error {
    tracing::warn!("the file storage cannot be reached: {sentence}");
    Error::Unavailable { message: "The file storage cannot be reached.".into(), retry_after_s: RETRY_AFTER_S }
}

/// Why something failed, for superusers and the log.
pub fn sentence(error: &object_store::Error) -> String {
    let text = error.to_string();
    match (status(&text), code(&text)) {
        (Some(status), Some(code)) => format!("status {status}, {code}"),
        (Some(status), None) => format!("status {status}"),
        (None, Some(code)) => code.to_string(),
        (None, None) => cause(error),
    }
}

/// The innermost cause: of a connection that failed, what the system says.
fn cause(error: &object_store::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text = inner.to_string();
        source = inner.source();
    }
    text.chars().take(SHORT).filter(|c| !c.is_control()).collect()
}

/// The status in the sentence of the library about an answer.
fn status(text: &str) -> Option<u16> {
    let (_, rest) = text.split_once("status code: ")?;
    rest.get(..3)?.parse().ok()
}

/// The code in an answer's XML.
fn code(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<Code>")?;
    let (code, _) = rest.split_once("</Code>")?;
    let plain = !code.is_empty() && code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_an_answer_is_repeated_but_its_code() {
        let generic = |text: &str| object_store::Error::Generic { store: "S3", source: text.to_string().into() };
        let said = "Server returned non-2xx status code: 403 Forbidden: <Error><Code>AccessDenied</Code><x>secret</x>";
        assert_eq!(sentence(&generic(said)), "status 403, AccessDenied");
        let other = "Server returned non-2xx status code: 200 OK: <html>an intranet page</html>";
        assert_eq!(sentence(&generic(other)), "status 200");
        let odd = "Server returned non-2xx status code: 500 X: <Code>a b</Code>";
        assert_eq!(sentence(&generic(odd)), "status 500");
        assert_eq!(sentence(&generic("connection refused")), "connection refused");
    }
}
