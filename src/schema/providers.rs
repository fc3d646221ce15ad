//! The OAuth2 providers the server knows, by the names collections use.

/// In display order.
pub const PROVIDERS: [&str; 32] = [
    "apple", "google", "microsoft", "yandex", "facebook", "instagram2", "github", "gitlab", "bitbucket", "gitee", "gitea",
    "discord", "twitter", "kakao", "vk", "linear", "notion", "monday", "lark", "box", "spotify", "trakt", "twitch",
    "patreon", "strava", "wakatime", "livechat", "mailcow", "planningcenter", "oidc", "oidc2", "oidc3",
];
