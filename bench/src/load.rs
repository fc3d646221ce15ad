//! The generator: one thread, many kept-alive connections, each sending its next request when the last is answered.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::args::Args;
use crate::random::Random;
use crate::seed::World;
use crate::server::Server;
use crate::workload::{Request, Workload};
use crate::{Outcome, http};

/// What one run found.
pub struct Measured {
    pub requests: usize,
    pub errors: usize,
    pub seconds: f64,
    pub cpu: Duration,
    /// Microseconds, ascending.
    pub latencies: Vec<u32>,
    pub first_error: Option<String>,
}

struct Connection {
    stream: TcpStream,
    request: Request,
    counted: bool,
    out: Vec<u8>,
    written: usize,
    input: Vec<u8>,
    sent_at: Instant,
}

/// Runs the workload: a warm-up, then the measured time.
pub fn run(server: &Server, workload: &Workload, world: &World, connections: usize, args: &Args) -> Outcome<Measured> {
    let mut poll = Poll::new()?;
    let mut random = Random::new(7);
    let mut open = Vec::new();
    let beside = workload.beside.map(|(request, number)| std::iter::repeat_n((request, false), number));
    let asks = std::iter::repeat_n((workload.request, true), connections).chain(beside.into_iter().flatten());
    for (n, (request, counted)) in asks.enumerate() {
        let mut stream = TcpStream::connect(server.address())?;
        poll.registry().register(&mut stream, Token(n), Interest::READABLE | Interest::WRITABLE)?;
        stream.set_nodelay(true).ok();
        let (out, input) = (Vec::new(), Vec::new());
        open.push(Connection { stream, request, counted, out, written: 0, input, sent_at: Instant::now() });
    }
    let mut measured = Measured {
        requests: 0,
        errors: 0,
        seconds: 0.0,
        cpu: Duration::ZERO,
        latencies: Vec::new(),
        first_error: None,
    };
    let mut events = Events::with_capacity(open.len().max(16));
    let mut began = Instant::now();
    let mut warm = false;
    let mut cpu = Duration::ZERO;
    loop {
        poll.poll(&mut events, Some(Duration::from_secs(30)))?;
        if events.is_empty() {
            return Err(format!("{}: no answer for 30 s", workload.name).into());
        }
        for event in &events {
            let Some(connection) = open.get_mut(event.token().0) else { continue };
            connection.turn(world, &mut random, &mut measured)?;
        }
        if !warm && began.elapsed().as_secs_f64() >= args.warm_up {
            (warm, cpu, began) = (true, server.cpu()?, Instant::now());
            measured.latencies.clear();
            (measured.requests, measured.errors) = (0, 0);
        } else if warm && began.elapsed().as_secs_f64() >= args.seconds {
            break;
        }
    }
    measured.seconds = began.elapsed().as_secs_f64();
    measured.cpu = server.cpu()?.saturating_sub(cpu);
    measured.latencies.sort_unstable();
    Ok(measured)
}

impl Connection {
    /// Does all that is possible without waiting: send, read, count the answer, send the next.
    fn turn(&mut self, world: &World, random: &mut Random, measured: &mut Measured) -> Outcome<()> {
        let mut buffer = [0; 64 * 1024];
        loop {
            if self.out.is_empty() {
                (self.request)(world, random, &mut self.out)?;
                self.sent_at = Instant::now();
            }
            while let Some(rest) = self.out.get(self.written..).filter(|rest| !rest.is_empty()) {
                match self.stream.write(rest) {
                    Ok(written) => self.written += written,
                    Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::NotConnected) => {
                        return Ok(());
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            match self.stream.read(&mut buffer) {
                Ok(0) => return Err("the server closed the connection".into()),
                Ok(read) => self.input.extend_from_slice(buffer.get(..read).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
            if let Some(frame) = http::frame(&self.input) {
                if self.counted {
                    measured.count(&frame, &self.input, self.sent_at);
                }
                self.input.drain(..frame.length);
                self.out.clear();
                self.written = 0;
            }
        }
    }
}

impl Measured {
    fn count(&mut self, frame: &http::Frame, input: &[u8], sent_at: Instant) {
        self.requests += 1;
        self.latencies.push(u32::try_from(sent_at.elapsed().as_micros()).unwrap_or(u32::MAX));
        if frame.status != 200 {
            self.errors += 1;
            if self.first_error.is_none() {
                let body = input.get(frame.body_at..frame.length).unwrap_or_default();
                self.first_error = Some(format!("{} {}", frame.status, String::from_utf8_lossy(body)));
            }
        }
    }

    /// The latency below which this share of the answers lies, in milliseconds.
    pub fn percentile(&self, share: f64) -> f64 {
        let at = ((self.latencies.len() as f64 * share) as usize).min(self.latencies.len().saturating_sub(1));
        f64::from(self.latencies.get(at).copied().unwrap_or(0)) / 1000.0
    }
}
