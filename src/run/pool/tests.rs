//! Workers that misbehave, told as shell scripts.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use super::*;

const HELLO: &str = r#"{"v":1,"id":"hello","status":"ok","ms":0,"hello":{"program":"0","sandbox":{"memory_bytes":null,"cpu_seconds_per_page":null,"no_file_growth":false,"no_core_dump":false,"open_files":null,"no_new_privileges":false,"landlock":"none","seccomp":false}}}"#;

/// A worker that says hello, counts every later request in a file, and then does `script`, where `$id` is the request's id and `$n`
/// the number of requests so far over all workers.
fn pool(folder: &Path, script: &str) -> Pool {
    let count = folder.join("count");
    let script = format!(
        r#"read line; echo '{HELLO}'
           while read line; do
             id=${{line#*\"id\":\"}}; id=${{id%%\"*}}
             echo x >> '{count}'; n=$(wc -l < '{count}')
             {script}
           done"#,
        count = count.display()
    );
    let command = WorkerCommand {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), script.into()],
        env: vec![("PATH".into(), "/usr/bin:/bin".into())],
    };
    let clocks = Clocks {
        cpu: Duration::from_millis(400),
        call: Duration::from_millis(400),
        page: Duration::from_millis(900),
        file_tired: Duration::from_secs(100),
        file_over: Duration::from_secs(200),
    };
    Pool::new(command, clocks, 1).unwrap()
}

fn asked() -> Asked<'static> {
    Asked { path: Path::new("x"), sha256: None }
}

fn probe(script: &str) -> (Result<Probe, Rejection>, usize) {
    let folder = tempfile::tempdir().unwrap();
    let told = pool(folder.path(), script).probe(asked(), &LostTime::default()).unwrap();
    let tries = std::fs::read_to_string(folder.path().join("count")).unwrap().lines().count();
    (told, tries)
}

const GOOD: &str = r#"echo '{"v":1,"id":"'$id'","status":"ok","pages":3,"container":"tiff","ms":1}'"#;

#[test]
fn a_good_answer_is_taken_at_once() {
    let (told, tries) = probe(GOOD);
    assert_eq!((told.unwrap().pages, tries), (3, 1));
}

#[test]
fn a_crash_costs_one_try() {
    let (told, tries) = probe(&format!("if [ $n = 1 ]; then exit 3; fi; {GOOD}"));
    assert_eq!((told.unwrap().pages, tries), (3, 2));
}

#[test]
fn a_second_crash_rejects_the_page_and_not_the_run() {
    let (told, tries) = probe("kill -9 $$");
    assert!(matches!(told, Err(Rejection::Corrupt(_))));
    assert_eq!(tries, 2);
}

#[test]
fn a_hang_is_killed_and_timed_out() {
    let started = Instant::now();
    let (told, tries) = probe("exec sleep 30");
    assert_eq!((told, tries), (Err(Rejection::TimedOut), 2));
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
fn nothing_is_believed_that_does_not_answer_the_question() {
    let lies = [
        ("noise", "echo noise"),
        ("bad UTF-8", r"printf '\377\376\n'"),
        ("another id", r#"echo '{"v":1,"id":"other","status":"ok","pages":3,"container":"tiff","ms":1}'"#),
        ("another version", r#"echo '{"v":2,"id":"'$id'","status":"ok","pages":3,"container":"tiff","ms":1}'"#),
        ("no number of pages", r#"echo '{"v":1,"id":"'$id'","status":"ok","ms":1}'"#),
        ("a rejection without a reason", r#"echo '{"v":1,"id":"'$id'","status":"rejected","ms":1}'"#),
        ("half a line", r#"printf '{"v":1,"id":'; exit 0"#),
        ("a line of 40 MB", "head -c 40000000 /dev/zero | tr '\\0' 'x'; echo"),
    ];
    for (lie, script) in lies {
        let (told, tries) = probe(script);
        assert!(told.is_err(), "{lie}");
        assert_eq!(tries, 2, "{lie}");
    }
}

#[test]
fn an_answer_too_many_is_found_at_the_next_question() {
    let folder = tempfile::tempdir().unwrap();
    let pool = pool(folder.path(), &format!("{GOOD}; if [ $n = 1 ]; then echo more; fi"));
    let lost = LostTime::default();
    assert!(pool.probe(asked(), &lost).unwrap().is_ok());
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(pool.probe(asked(), &lost).unwrap().unwrap().pages, 3, "from a fresh worker");
}

#[test]
fn a_rejection_is_final() {
    let (told, tries) =
        probe(r#"echo '{"v":1,"id":"'$id'","status":"rejected","rejection":{"why":"encrypted"},"ms":1}'"#);
    assert_eq!((told, tries), (Err(Rejection::Encrypted), 1));
}

#[test]
fn a_file_that_wasted_its_time_is_not_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let pool = pool(folder.path(), GOOD);
    let lost = LostTime::default();
    lost.add(Duration::from_secs(200));
    assert_eq!(pool.probe(asked(), &lost).unwrap(), Err(Rejection::TimedOut));
}

#[test]
fn a_worker_that_cannot_start_ends_the_run() {
    let command = WorkerCommand { program: "/bin/false".into(), args: vec![], env: vec![] };
    let pool = Pool::new(command, Clocks::for_page_timeout(Duration::from_secs(1)), 1).unwrap();
    assert!(matches!(pool.introduce(), Err(RunError::Engine(_))));
}
