//! Telling whoever manages services how far the server is, where that wants to know: systemd with `Type=notify`.

use std::env;
use std::io;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// How far it is.
#[derive(Clone, Copy, Debug)]
pub enum State {
    /// It answers.
    Ready,
    /// It stops for a moment, to go on as another process with the same id.
    Restarting,
    Stopping,
}

/// Says so to the socket that the environment names, if it does; a manager that cannot be told is no reason not to serve.
pub fn tell(state: State) {
    let Some(name) = env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty()) else { return };
    let words: &[u8] = match state {
        State::Ready => b"READY=1",
        State::Restarting => b"RELOADING=1",
        State::Stopping => b"STOPPING=1",
    };
    let told = address(&name).and_then(|address| UnixDatagram::unbound()?.send_to_addr(words, &address));
    if let Err(error) = told {
        tracing::warn!("the service manager could not be told that the server is {state:?}: {error}");
    }
}

/// A path, or on Linux a name that is none, which begins with `@`.
fn address(name: &std::ffi::OsStr) -> io::Result<SocketAddr> {
    #[cfg(target_os = "linux")]
    if let Some(name) = std::os::unix::ffi::OsStrExt::as_bytes(name).strip_prefix(b"@") {
        return <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name);
    }
    SocketAddr::from_pathname(name)
}
