//! Requests in the clear, and for the `www.` of a domain, are sent to where they belong.

use super::secure;
use crate::support::Issuer;

#[tokio::test]
async fn a_request_in_the_clear_is_sent_to_https_with_its_method_path_and_query() {
    let issuer = Issuer::new();
    let (app, _pems) = secure(&issuer).await;
    let client = crate::support::client();
    let plain = app.redirect.unwrap();
    for method in [reqwest::Method::GET, reqwest::Method::POST] {
        let answer = client.request(method, format!("http://{plain}/api/health?a=b")).send().await.unwrap();
        assert_eq!(answer.status(), 308);
        assert_eq!(answer.headers()["location"], format!("https://{}/api/health?a=b", app.address));
        // Over the clear, that promise counts for nothing.
        assert!(!answer.headers().contains_key("strict-transport-security"));
    }
}

#[tokio::test]
async fn no_request_in_the_clear_is_answered() {
    let issuer = Issuer::new();
    let (app, _pems) = secure(&issuer).await;
    let plain = app.redirect.unwrap();
    let form = r#"{"identity":"bob@example.com","password":"correct horse"}"#;
    let sign_in = format!("http://{plain}/api/collections/users/auth-with-password");
    let answer = crate::support::client().post(sign_in).body(form).send().await.unwrap();
    assert_eq!(answer.status(), 308);
    assert_eq!(answer.text().await.unwrap(), "");
}
