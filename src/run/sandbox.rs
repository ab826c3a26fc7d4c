//! What holds a worker: limits, and no way out.
//!
//! Applied by the worker to itself, before its readers start and before it sees a document. Each layer is used where the kernel has
//! it, and [`InForce`] says which ones are: the run record and the summary repeat that.
//!
//! * resource limits: address space, CPU time a page, no file may grow, few open files, no core dump (it would hold the document);
//! * no new privileges;
//! * Landlock: files below the given folders may be read, nothing may be written, and no network;
//! * seccomp: no sockets, no new programs or processes, no tracing, no change to any file: these calls fail with EPERM.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What a worker may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confinement {
    /// Files and folders that may be read: the inbox, rules, models. Libraries and language data are added.
    pub readable: Vec<PathBuf>,
    /// Most address space, in bytes.
    pub memory_bytes: u64,
    /// Most CPU time for one request.
    pub cpu_per_page: Duration,
    /// Die with the thread that started this process: nobody would read the results. Off for drivers whose threads come and go.
    pub end_with_parent: bool,
}

/// The layers that took hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// Most address space of a worker, in bytes; none when there is no limit.
    pub memory_bytes: Option<u64>,
    /// Most CPU seconds for one page.
    pub cpu_seconds_per_page: Option<u64>,
    /// No file can grow (left off when the results themselves go to a file).
    pub no_file_growth: bool,
    pub no_core_dump: bool,
    pub open_files: Option<u64>,
    pub no_new_privileges: bool,
    pub landlock: Hold,
    pub seccomp: bool,
}

/// How far Landlock holds on this kernel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hold {
    Full,
    /// An older kernel: part of the rights are governed.
    Partial,
    #[default]
    None,
}

impl InForce {
    /// One line for the summary.
    pub fn in_words(&self) -> String {
        let mut layers = Vec::new();
        if let Some(bytes) = self.memory_bytes {
            layers.push(format!("memory {} MiB", bytes >> 20));
        }
        if let Some(seconds) = self.cpu_seconds_per_page {
            layers.push(format!("CPU {seconds} s a page"));
        }
        for (held, name) in [
            (self.no_file_growth, "no file writes"),
            (self.no_core_dump, "no core dumps"),
            (self.no_new_privileges, "no new privileges"),
            (self.landlock == Hold::Full, "Landlock"),
            (self.landlock == Hold::Partial, "Landlock in part"),
            (self.seccomp, "seccomp"),
        ] {
            if held {
                layers.push(name.to_owned());
            }
        }
        if layers.is_empty() { "none".to_owned() } else { layers.join(", ") }
    }
}

#[cfg(target_os = "linux")]
pub use linux::{allow_cpu_for_one_more_page, confine};

/// Elsewhere nothing holds, and the record says so.
#[cfg(not(target_os = "linux"))]
pub fn confine(_: &Confinement) -> InForce {
    InForce::default()
}

#[cfg(not(target_os = "linux"))]
pub fn allow_cpu_for_one_more_page(_: &InForce, _: Option<u64>) {}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    use landlock::{
        ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
        path_beneath_rules,
    };
    use rustix::fs::FileType;
    use rustix::process::{Resource, Rlimit, Signal, getrlimit, set_parent_process_death_signal, setrlimit};
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
        apply_filter_all_threads,
    };

    use super::{Confinement, Hold, InForce};

    /// Open files of a worker: three standard streams, the protocol, the document, libraries and data.
    const OPEN_FILES: u64 = 64;

    /// Where libraries, language data and the loader's tables lie, besides what the operator names.
    const SYSTEM_PATHS: [&str; 12] = [
        "/usr/lib",
        "/usr/lib64",
        "/usr/local/lib",
        "/usr/share/tesseract-ocr",
        "/usr/share/tessdata",
        "/usr/local/share/tessdata",
        "/lib",
        "/lib64",
        "/etc/ld.so.cache",
        "/dev/urandom",
        "/dev/null",
        "/sys/devices/system/cpu",
    ];

    /// Confines this process for good. Call it before any thread is started: Landlock holds the calling thread and its children.
    pub fn confine(confinement: &Confinement) -> InForce {
        if confinement.end_with_parent {
            // When this fails the end of input ends the worker, one page later.
            let _ = set_parent_process_death_signal(Some(Signal::KILL));
        }
        let results_go_to_a_file = [rustix::stdio::stdout(), rustix::stdio::stderr()].iter().any(|fd| {
            rustix::fs::fstat(fd).is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile)
        });
        let limit = |resource, most: u64| lower(resource, most).then_some(most);
        InForce {
            memory_bytes: limit(Resource::As, confinement.memory_bytes),
            cpu_seconds_per_page: Some(confinement.cpu_per_page.as_secs().max(1)),
            no_file_growth: !results_go_to_a_file && lower(Resource::Fsize, 0),
            no_core_dump: lower(Resource::Core, 0),
            open_files: limit(Resource::Nofile, OPEN_FILES),
            no_new_privileges: rustix::thread::set_no_new_privs(true).is_ok(),
            landlock: restrict_files(&confinement.readable),
            seccomp: filter_calls(),
        }
    }

    fn lower(resource: Resource, most: u64) -> bool {
        let held = getrlimit(resource).maximum.is_none_or(|maximum| maximum >= most);
        !held || setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) }).is_ok()
    }

    /// Moves the CPU limit, which counts over the life of a process, to what is used so far and one page more; `milliseconds` for that
    /// page, when the caller allows less than this worker's own limit.
    pub fn allow_cpu_for_one_more_page(in_force: &InForce, milliseconds: Option<u64>) {
        let Some(seconds) = in_force.cpu_seconds_per_page else { return };
        let seconds = milliseconds.map_or(seconds, |given| seconds.min(given.div_ceil(1000)));
        let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).tv_sec;
        let until = u64::try_from(used).unwrap_or(0).saturating_add(seconds).saturating_add(1);
        let maximum = getrlimit(Resource::Cpu).maximum;
        let current = maximum.map_or(until, |maximum| until.min(maximum));
        let _ = setrlimit(Resource::Cpu, Rlimit { current: Some(current), maximum });
    }

    fn restrict_files(readable: &[PathBuf]) -> Hold {
        // The newest rights that the library knows are asked for; an older kernel governs those that it has.
        let abi = ABI::V6;
        let paths: Vec<&Path> =
            readable.iter().map(PathBuf::as_path).chain(SYSTEM_PATHS.iter().map(Path::new)).collect();
        let restricted = Ruleset::default()
            .handle_access(AccessFs::from_all(abi))
            .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(abi)))
            .and_then(|ruleset| ruleset.scope(Scope::from_all(abi)))
            .and_then(|ruleset| ruleset.create())
            .and_then(|ruleset| ruleset.add_rules(path_beneath_rules(paths, AccessFs::ReadFile | AccessFs::ReadDir)))
            .and_then(|ruleset| ruleset.restrict_self());
        match restricted.map(|status| status.ruleset) {
            Ok(RulesetStatus::FullyEnforced) => Hold::Full,
            Ok(RulesetStatus::PartiallyEnforced) => Hold::Partial,
            Ok(RulesetStatus::NotEnforced) | Err(_) => Hold::None,
        }
    }

    fn filter_calls() -> bool {
        let installed = || -> Option<()> {
            // clone3 hides its flags behind a pointer, where a filter cannot look: saying that there is no such call makes the C
            // library use clone.
            let no_such_call = filter(BTreeMap::from([(libc::SYS_clone3, vec![])]), libc::ENOSYS)?;
            let denied = filter(denied_calls()?, libc::EPERM)?;
            apply_filter_all_threads(&no_such_call).ok()?;
            apply_filter_all_threads(&denied).ok()
        };
        installed().is_some()
    }

    fn filter(calls: BTreeMap<i64, Vec<SeccompRule>>, errno: i32) -> Option<BpfProgram> {
        let action = SeccompAction::Errno(u32::try_from(errno).ok()?);
        let arch = std::env::consts::ARCH.try_into().ok()?;
        SeccompFilter::new(calls, SeccompAction::Allow, action, arch).ok()?.try_into().ok()
    }

    fn denied_calls() -> Option<BTreeMap<i64, Vec<SeccompRule>>> {
        let mut calls: BTreeMap<i64, Vec<SeccompRule>> = DENIED.iter().map(|&call| (call, vec![])).collect();
        // Opening for reading is Landlock's business; opening for writing never is a reader's.
        for (call, flags_at) in [
            (libc::SYS_openat, 2),
            #[cfg(target_arch = "x86_64")]
            (libc::SYS_open, 1),
        ] {
            let mut writes = Vec::new();
            for flag in [libc::O_WRONLY, libc::O_RDWR, libc::O_CREAT, libc::O_TRUNC] {
                writes.push(argument_has(flags_at, flag, flag)?);
            }
            calls.insert(call, writes);
        }
        // A thread is fine, a process is not.
        calls.insert(libc::SYS_clone, vec![argument_has(0, libc::CLONE_THREAD, 0)?]);
        Some(calls)
    }

    fn argument_has(index: u8, mask: i32, value: i32) -> Option<SeccompRule> {
        let operator = SeccompCmpOp::MaskedEq(u64::try_from(mask).ok()?);
        let condition =
            SeccompCondition::new(index, SeccompCmpArgLen::Dword, operator, u64::try_from(value).ok()?).ok()?;
        SeccompRule::new(vec![condition]).ok()
    }

    /// Calls that no reader of documents needs.
    const DENIED: &[i64] = &[
        // network and other processes
        libc::SYS_socket,
        libc::SYS_socketpair,
        libc::SYS_connect,
        libc::SYS_bind,
        libc::SYS_listen,
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_sendto,
        libc::SYS_sendmsg,
        libc::SYS_sendmmsg,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_kill,
        libc::SYS_pidfd_open,
        libc::SYS_pidfd_getfd,
        libc::SYS_pidfd_send_signal,
        // the kernel's own back rooms
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        libc::SYS_keyctl,
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_kexec_load,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_chroot,
        libc::SYS_open_by_handle_at,
        // change to files; openat2 hides its flags behind a pointer
        libc::SYS_openat2,
        libc::SYS_unlinkat,
        libc::SYS_renameat,
        libc::SYS_renameat2,
        libc::SYS_mkdirat,
        libc::SYS_mknodat,
        libc::SYS_linkat,
        libc::SYS_symlinkat,
        libc::SYS_fchmod,
        libc::SYS_fchmodat,
        libc::SYS_fchown,
        libc::SYS_fchownat,
        libc::SYS_truncate,
        libc::SYS_ftruncate,
        libc::SYS_fallocate,
        libc::SYS_setxattr,
        libc::SYS_lsetxattr,
        libc::SYS_fsetxattr,
        libc::SYS_utimensat,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_fork,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_vfork,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_unlink,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_rename,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_mkdir,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_rmdir,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_mknod,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_link,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_symlink,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_chmod,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_chown,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_lchown,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_creat,
    ];

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_filter_compiles_for_this_machine() {
            assert!(filter(denied_calls().unwrap(), libc::EPERM).is_some());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_says_what_holds_and_owns_up_to_nothing() {
        assert_eq!(InForce::default().in_words(), "none");
        let held =
            InForce { memory_bytes: Some(1 << 30), seccomp: true, landlock: Hold::Partial, ..InForce::default() };
        assert_eq!(held.in_words(), "memory 1024 MiB, Landlock in part, seccomp");
    }
}
