//! The worker processes: each thread of a rayon pool owns one, and a page is the unit of work.
//!
//! A worker that crashes, hangs, talks nonsense or lies costs one page: it is killed, the page is tried once more in a fresh worker,
//! and then becomes a rejected page. Three clocks bound the damage, see [`Clocks`]. Nothing that a worker says is believed before
//! it has been checked against the question.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

use rayon::prelude::*;
use tracing::{debug, warn};

use super::believe;
use super::error::RunError;
use super::interrupt;
use super::protocol::{
    Call, Greeting, Hello, MAX_RESULT_BYTES, Reply, Status, Terms, VERSION, Wanted, picture_from_text,
};
use super::worker::Probe;
use crate::assemble::PageOutcome;
use crate::decode::Rejection;
use crate::inbox::Transmission;

/// A worker must introduce itself within this time; loading language data from a cold disk takes seconds.
const START_WITHIN: Duration = Duration::from_secs(60);

/// How to start a worker.
#[derive(Clone, Debug)]
pub struct WorkerCommand {
    pub program: PathBuf,
    pub args: Vec<OsString>,
    /// The whole environment: nothing else is handed down.
    pub env: Vec<(OsString, OsString)>,
}

impl WorkerCommand {
    /// This program's own `worker` command with `args`.
    pub fn own(args: Vec<OsString>) -> Result<Self, RunError> {
        let program = std::env::current_exe().map_err(RunError::io("find", Path::new("this program")))?;
        // OpenMP reads its limit when it is loaded, so it must stand in the environment before the process starts (measured on 16
        // pages, 2 cores: 3.5 s without, 1.23 s with it). One thread for every other pool too: the page is the unit of work.
        let one_thread = ["OMP_THREAD_LIMIT", "OMP_NUM_THREADS", "RAYON_NUM_THREADS", "RTEN_NUM_THREADS"];
        let mut env: Vec<(OsString, OsString)> = one_thread.iter().map(|name| (name.into(), "1".into())).collect();
        env.extend(MEMORY.iter().map(|(name, bytes)| (name.into(), bytes.into())));
        env.extend(HANDED_DOWN.iter().filter_map(|name| std::env::var_os(name).map(|value| (name.into(), value))));
        Ok(WorkerCommand { program, args, env })
    }
}

/// How much memory a worker's allocator keeps for the next page: what glibc comes to by itself once it has seen a plane of 32 MB freed, and no
/// more. Until then it gives back every page's planes and is given them again, zeroed, one small piece at a time.
const MEMORY: [(&str, &str); 2] = [("MALLOC_MMAP_THRESHOLD_", "33554432"), ("MALLOC_TRIM_THRESHOLD_", "67108864")];

/// Where libraries and language data were put when they are not where they belong.
const HANDED_DOWN: [&str; 2] = ["LD_LIBRARY_PATH", "TESSDATA_PREFIX"];

/// Three clocks: for one call, for one page with its second try, and for the time that one file may waste.
///
/// What decides is processor time, which is the same on a busy machine: a page must not be given up because something else ran that
/// night. The clock on the wall stands behind it, for workers that wait and never work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// Processor time of one request, which the worker's own limit holds it to.
    pub cpu: Duration,
    /// One request to one worker, on the wall.
    pub call: Duration,
    /// Both tries of a page, on the wall.
    pub page: Duration,
    /// Time lost on a file's pages before the others get one short try only …
    pub file_tired: Duration,
    /// … and before they are not tried at all. Time in which pages were read does not count: a long fax is never cut.
    pub file_over: Duration,
}

impl Clocks {
    pub fn for_page_timeout(timeout: Duration) -> Self {
        Clocks {
            cpu: timeout,
            call: timeout * 3,
            page: timeout * 9 / 2,
            file_tired: timeout * 3,
            file_over: timeout * 10,
        }
    }
}

/// The document that a worker is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub path: &'a Path,
    /// Its hash when it was found; other bytes are not read under its name.
    pub sha256: Option<&'a str>,
}

impl<'a> From<&'a Transmission> for Asked<'a> {
    fn from(fax: &'a Transmission) -> Self {
        Asked { path: &fax.path, sha256: Some(&fax.sha256) }
    }
}

/// Time that the pages of one file have wasted.
#[derive(Debug, Default)]
pub struct LostTime(AtomicU64);

impl LostTime {
    fn add(&self, lost: Duration) {
        self.0.fetch_add(u64::try_from(lost.as_millis()).unwrap_or(u64::MAX / 2), Ordering::Relaxed);
    }

    fn get(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// A page with what it took.
#[derive(Debug)]
pub struct PageResult {
    pub outcome: PageOutcome,
    /// A PNG of the page, when one was wanted and the page is read.
    pub picture: Option<Vec<u8>>,
    /// Milliseconds by stage, as the worker measured them.
    pub stages: BTreeMap<String, u32>,
}

/// Threads with a worker each.
pub struct Pool {
    command: WorkerCommand,
    clocks: Clocks,
    threads: rayon::ThreadPool,
    /// By thread index; a thread only ever locks its own.
    workers: Vec<Mutex<Option<Worker>>>,
    calls: AtomicU64,
}

/// What a worker gave, with milliseconds by stage.
type Timed<T> = (T, BTreeMap<String, u32>);

impl Pool {
    /// `jobs` threads, at least one. Workers start when their thread has work.
    pub fn new(command: WorkerCommand, clocks: Clocks, jobs: usize) -> Result<Pool, RunError> {
        let jobs = jobs.max(1);
        let threads = rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .thread_name(|n| format!("page-{n}"))
            .build()
            .map_err(|error| RunError::Input(format!("cannot start {jobs} threads: {error}")))?;
        let workers = (0..jobs).map(|_| Mutex::new(None)).collect();
        Ok(Pool { command, clocks, threads, workers, calls: AtomicU64::new(0) })
    }

    /// How many threads there are.
    pub fn jobs(&self) -> usize {
        self.workers.len()
    }

    /// What a worker says of itself, with versions and hashes. It is the first thread's from then on: starting one takes as long as
    /// reading several pages.
    pub fn introduce(&self) -> Result<Hello, RunError> {
        let mut worker = Worker::start(&self.command)?;
        let hello = worker.hello(Greeting::Facts)?;
        self.replace_worker(Some(worker));
        Ok(hello)
    }

    /// Does `task` for each item on the pool's threads, stealing item by item; the first error ends it.
    pub fn for_each<T: Sync>(
        &self,
        items: &[T],
        task: impl Fn(&T) -> Result<(), RunError> + Sync,
    ) -> Result<(), RunError> {
        self.threads.install(|| {
            items
                .par_iter()
                .with_max_len(1)
                .try_for_each(|item| if interrupt::asked() { Err(RunError::Interrupted) } else { task(item) })
        })
    }

    /// How many pages the document has. To be called from [`Pool::for_each`].
    pub fn probe(&self, asked: Asked<'_>, lost: &LostTime) -> Result<Result<Probe, Rejection>, RunError> {
        let told = self.ask(asked, 0, None, lost, |reply| match (reply.pages, reply.container) {
            (Some(pages), Some(container)) => Ok(Probe { container, pages }),
            _ => Err("no number of pages"),
        })?;
        Ok(told.map(|(probe, _)| probe))
    }

    /// Reads a page, with a picture of it when one is wanted. To be called from [`Pool::for_each`].
    pub fn read(
        &self,
        asked: Asked<'_>,
        page: u32,
        picture: Option<Wanted>,
        lost: &LostTime,
    ) -> Result<PageResult, RunError> {
        let told = self.ask(asked, page, picture, lost, |reply| {
            let reading = reply.reading.ok_or("no reading")?;
            believe::reading(&reading, page)?;
            let png = match reply.picture.filter(|_| picture.is_some()) {
                None => None,
                Some(text) => {
                    Some(picture_from_text(&text, reading.width, reading.height).ok_or("no picture of the page")?)
                }
            };
            Ok((reading, png))
        })?;
        Ok(match told {
            Ok(((reading, picture), stages)) => PageResult { outcome: PageOutcome::Read(reading), picture, stages },
            Err(rejection) => {
                PageResult { outcome: PageOutcome::Rejected(rejection), picture: None, stages: BTreeMap::new() }
            }
        })
    }

    fn ask<T>(
        &self,
        document: Asked<'_>,
        page: u32,
        picture: Option<Wanted>,
        lost: &LostTime,
        believe: impl Fn(Reply) -> Result<T, &'static str>,
    ) -> Result<Result<Timed<T>, Rejection>, RunError> {
        let started = Instant::now();
        let mut loss = Loss::TimedOut;
        for attempt in 0..2 {
            let wasted = lost.get();
            if wasted >= self.clocks.file_over {
                return Ok(Err(Rejection::TimedOut));
            }
            let tired = wasted >= self.clocks.file_tired;
            let share = if tired { 4 } else { 1 };
            let (cpu, call_clock) = (self.clocks.cpu / share, self.clocks.call / share);
            let within = call_clock.min(self.clocks.page.saturating_sub(started.elapsed()));
            if within.is_zero() || (attempt > 0 && tired) {
                break;
            }
            let asked = Instant::now();
            let id = format!("{:x}", self.calls.fetch_add(1, Ordering::Relaxed));
            let terms = Terms {
                within_ms: Some(u64::try_from(within.as_millis()).unwrap_or(u64::MAX)),
                cpu_ms: Some(u64::try_from(cpu.as_millis()).unwrap_or(u64::MAX)),
                sha256: document.sha256.map(str::to_owned),
            };
            match self.call(&Call { terms, ..Call::page(id, document.path, page).with_picture(picture) }, within)? {
                Ok(reply) => match reply.status {
                    Status::Ok => {
                        let stages = reply.stages.clone();
                        match believe(reply) {
                            Ok(told) => return Ok(Ok((told, stages))),
                            Err(lie) => loss = Loss::Lied(lie),
                        }
                    }
                    Status::Rejected => match reply.rejection {
                        Some(rejection) => return Ok(Err(rejection)),
                        None => loss = Loss::Lied("a rejection without a reason"),
                    },
                    Status::Timeout => loss = Loss::TimedOut,
                    Status::Failed => loss = Loss::Broke(reply.detail.unwrap_or_default()),
                },
                Err(other) => loss = other,
            }
            // Whatever it was, this worker is not trusted with another page.
            self.replace_worker(None);
            // On a busy machine a call takes longer than the work in it.
            lost.add(asked.elapsed().min(cpu));
            if interrupt::asked() {
                // The signal may have reached the worker as well; the page is read when the run is resumed.
                return Err(RunError::Interrupted);
            }
            debug!(page, attempt, loss = %loss, "a worker was lost");
            if loss == Loss::Overworked {
                // The same bytes take the same work: a second try would only double the waste.
                break;
            }
        }
        warn!(page, loss = %loss, "a page could not be read");
        Ok(Err(loss.rejection()))
    }

    /// One call on this thread's worker, which is started when there is none.
    fn call(&self, call: &Call, within: Duration) -> Result<Result<Reply, Loss>, RunError> {
        let mut slot = self.slot();
        let worker = match slot.as_mut() {
            Some(worker) => worker,
            None => {
                let mut fresh = Worker::start(&self.command)?;
                // A reader that cannot start at all is the run's trouble, not this page's.
                fresh.hello(Greeting::Ready)?;
                slot.insert(fresh)
            }
        };
        Ok(worker.call(call, within))
    }

    fn replace_worker(&self, with: Option<Worker>) {
        *self.slot() = with;
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Worker>> {
        let index = rayon::current_thread_index().unwrap_or(0) % self.workers.len();
        self.workers[index].lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// How a worker was lost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Loss {
    #[error("it took too long")]
    TimedOut,
    #[error("it took too much processor time")]
    Overworked,
    #[error("the worker ended")]
    Died,
    #[error("the reader broke: {0}")]
    Broke(String),
    #[error("the worker said something else: {0}")]
    Lied(&'static str),
}

impl Loss {
    /// The same words whatever the signal was: rows must not depend on how the kernel ended a process.
    fn rejection(&self) -> Rejection {
        match self {
            Loss::TimedOut | Loss::Overworked => Rejection::TimedOut,
            Loss::Died | Loss::Broke(_) => Rejection::Corrupt("the page reader broke on it twice".to_owned()),
            Loss::Lied(_) => Rejection::Corrupt("the page reader gave no sound result twice".to_owned()),
        }
    }
}

/// One child process and the thread that reads its lines.
struct Worker {
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<Vec<u8>>,
}

impl Worker {
    fn start(command: &WorkerCommand) -> Result<Worker, RunError> {
        let mut process = Command::new(&command.program);
        process.args(&command.args).env_clear().envs(command.env.iter().map(|(name, value)| (name, value)));
        // What libraries print about a document may quote it: nobody keeps it.
        process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        #[cfg(unix)]
        {
            // Out of the terminal's group, so that Ctrl-C reaches the parent only and pages in hand are finished.
            std::os::unix::process::CommandExt::process_group(&mut process, 0);
        }
        let mut child = process.spawn().map_err(RunError::io("start a worker from", &command.program))?;
        let pipes = child.stdin.take().zip(child.stdout.take());
        let Some((stdin, stdout)) = pipes else {
            return Err(RunError::Engine("the worker has no pipes".to_owned()));
        };
        let (sender, lines) = sync_channel(1);
        std::thread::Builder::new()
            .name("worker-lines".to_owned())
            .spawn(move || pass_lines_on(stdout, &sender))
            .map_err(RunError::io("start a thread for", &command.program))?;
        Ok(Worker { child, stdin, lines })
    }

    fn hello(&mut self, greeting: Greeting) -> Result<Hello, RunError> {
        match self.call(&Call::hello("hello".to_owned(), greeting), START_WITHIN) {
            Ok(Reply { status: Status::Ok, hello: Some(hello), .. }) => Ok(*hello),
            Ok(reply) => Err(RunError::Engine(reply.detail.unwrap_or_else(|| "it did not say hello".to_owned()))),
            Err(_) if interrupt::asked() => Err(RunError::Interrupted),
            Err(loss) => Err(RunError::Engine(loss.to_string())),
        }
    }

    fn call(&mut self, call: &Call, within: Duration) -> Result<Reply, Loss> {
        match self.lines.try_recv() {
            Ok(_) => return Err(Loss::Lied("a line that nobody asked for")),
            Err(TryRecvError::Disconnected) => return Err(Loss::Died),
            Err(TryRecvError::Empty) => {}
        }
        let mut line = serde_json::to_vec(call).map_err(|_| Loss::Lied("a request that cannot be written"))?;
        line.push(b'\n');
        self.stdin.write_all(&line).and_then(|()| self.stdin.flush()).map_err(|_| Loss::Died)?;
        let answer = match self.lines.recv_timeout(within) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => return Err(Loss::TimedOut),
            Err(RecvTimeoutError::Disconnected) => return Err(self.how_it_died()),
        };
        if answer.len() > MAX_RESULT_BYTES {
            return Err(Loss::Lied("too long a line"));
        }
        let reply: Reply = serde_json::from_slice(&answer).map_err(|_| Loss::Lied("no JSON result"))?;
        match (reply.v == VERSION, reply.id == call.id) {
            (true, true) => Ok(reply),
            (false, _) => Err(Loss::Lied("another version")),
            (_, false) => Err(Loss::Lied("another id")),
        }
    }

    fn how_it_died(&mut self) -> Loss {
        let _ = self.child.kill();
        let status = self.child.wait();
        #[cfg(unix)]
        {
            use std::os::unix::process::ExitStatusExt;
            let out_of_time = rustix::process::Signal::XCPU.as_raw();
            if status.as_ref().is_ok_and(|status| status.signal() == Some(out_of_time)) {
                return Loss::Overworked;
            }
            debug!(signal = status.as_ref().ok().and_then(ExitStatusExt::signal), "a worker ended");
        }
        let _ = status;
        Loss::Died
    }
}

impl Drop for Worker {
    /// A worker holds nothing that could be lost.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads lines until the worker's end; a line over the limit is passed on cut, one byte too long, and ends the reading.
fn pass_lines_on(stdout: ChildStdout, sender: &SyncSender<Vec<u8>>) {
    let mut stdout = BufReader::new(stdout);
    let limit = MAX_RESULT_BYTES as u64 + 1;
    loop {
        let mut line = Vec::new();
        match stdout.by_ref().take(limit).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let over = line.len() > MAX_RESULT_BYTES;
        // A line without its end was cut off by the worker's death.
        let whole = line.ends_with(b"\n");
        let cut_off = !over && !whole;
        if cut_off || sender.send(line).is_err() || over {
            return;
        }
    }
}

#[cfg(all(test, unix))]
mod tests;
