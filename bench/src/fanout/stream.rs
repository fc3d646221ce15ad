//! One subscriber: a stream of server-sent events in a chunked answer.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use mio::{Interest, Poll, Token};
use serde_json::json;

use crate::{Outcome, http};

pub struct Stream {
    socket: mio::net::TcpStream,
    input: Vec<u8>,
}

impl Stream {
    /// Connects and subscribes; whoever holds `token` is told.
    pub fn open(address: SocketAddr, token: &str, topic: &str) -> Outcome<Stream> {
        let mut socket = TcpStream::connect(address)?;
        socket.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut request = Vec::new();
        http::write(&mut request, "GET", "/api/realtime", "", "");
        socket.write_all(&request)?;
        let mut input = Vec::new();
        let mut buffer = [0; 4096];
        let client = loop {
            let read = socket.read(&mut buffer)?;
            input.extend_from_slice(buffer.get(..read).unwrap_or_default());
            let text = String::from_utf8_lossy(&input);
            let id = text.split("\"clientId\":\"").nth(1).and_then(|rest| rest.split_once("\"}\n\n"));
            if let Some((id, _)) = id {
                break id.to_owned();
            }
            if read == 0 {
                return Err(format!("no stream: {text}").into());
            }
        };
        let body = json!({"clientId": client, "subscriptions": [topic]});
        http::must(address, "POST", "/api/realtime", token, &body)?;
        socket.set_nonblocking(true)?;
        Ok(Stream { socket: mio::net::TcpStream::from_std(socket), input: Vec::new() })
    }

    pub fn register(&mut self, poll: &Poll, token: usize) -> Outcome<()> {
        Ok(poll.registry().register(&mut self.socket, Token(token), Interest::READABLE)?)
    }

    /// Reads what there is; appends number and time of each event told, as its writer put them.
    pub fn read(&mut self, told: &mut Vec<(usize, u128)>) -> Outcome<()> {
        let mut buffer = [0; 64 * 1024];
        loop {
            match self.socket.read(&mut buffer) {
                Ok(0) => return Err("the server ended a stream".into()),
                Ok(read) => self.input.extend_from_slice(buffer.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        while let Some(end) = self.input.windows(2).position(|pair| pair == b"\n\n") {
            let frame: Vec<u8> = self.input.drain(..end + 2).collect();
            let text = String::from_utf8_lossy(&frame);
            let mut parts = text.split('@').skip(1);
            if let (Some(Ok(n)), Some(Ok(sent))) = (parts.next().map(str::parse), parts.next().map(str::parse)) {
                told.push((n, sent));
            }
        }
        Ok(())
    }
}
