//! What manages services, as far as they tell it how they are.

use std::os::unix::net::UnixDatagram;
use std::process::Command;
use std::time::Duration;

/// Hears what one service says.
pub struct Manager {
    socket: UnixDatagram,
    dir: tempfile::TempDir,
}

impl Manager {
    pub fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let socket = UnixDatagram::bind(dir.path().join("notify")).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Manager { socket, dir }
    }

    /// Lets the service know where to tell it.
    pub fn of<'a>(&self, service: &'a mut Command) -> &'a mut Command {
        service.env("NOTIFY_SOCKET", self.dir.path().join("notify"))
    }

    /// What it says next.
    pub fn next(&self) -> String {
        let mut words = [0; 256];
        let len = self.socket.recv(&mut words).expect("it says something");
        String::from_utf8_lossy(&words[..len]).into_owned()
    }

    /// It said nothing else.
    pub fn heard_all(&self) -> bool {
        self.socket.set_nonblocking(true).unwrap();
        self.socket.recv(&mut [0; 256]).is_err()
    }
}
