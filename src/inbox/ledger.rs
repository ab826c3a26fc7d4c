//! What earlier nights saw: keys under which a request can be found again, and what was kept of it.
//!
//! The ledger does not know what a request is: it keeps keys (numbers) and bodies (text) that [`crate::assemble::Trace`] makes, sealed with the
//! ledger's own salt. A run is written once, at its end, in one transaction; writing the same run again replaces it, and a
//! run that is repeated sees only what nights before it saw, so that it comes to the same answer.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};

/// Version of the tables; a ledger of another version is not touched.
const SCHEMA: i64 = 1;

const TABLES: &str = "
    CREATE TABLE runs (seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL UNIQUE, as_of TEXT NOT NULL);
    CREATE TABLE requests (seq INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs(seq), body TEXT NOT NULL);
    CREATE INDEX requests_by_run ON requests(run);
    CREATE TABLE keys (key INTEGER NOT NULL, request INTEGER NOT NULL, PRIMARY KEY (key, request)) WITHOUT ROWID;
    CREATE TABLE salt (salt BLOB NOT NULL);
";

#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    #[error("cannot open the ledger at {}: {source}; check that its folder exists and may be written", path.display())]
    Open { path: PathBuf, source: std::io::Error },
    #[error("the ledger cannot be used: {0}")]
    Database(#[from] rusqlite::Error),
    #[error(
        "the ledger was written by another version of the program (schema {found}, this one has {SCHEMA}); keep it and start a new one"
    )]
    Schema { found: i64 },
}

/// An open ledger. One run uses it at a time; a second one waits for a minute.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    salt: Vec<u8>,
}

impl Ledger {
    /// Opens the ledger at `path`, or starts one that only its owner can read.
    pub fn open(path: &Path) -> Result<Ledger, LedgerError> {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        let failed = |source| LedgerError::Open { path: path.to_owned(), source };
        let file = std::fs::OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)
            .map_err(failed)?;
        // An older file, or a strange umask.
        file.set_permissions(std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
        drop(file);
        let connection = Connection::open(path)?;
        connection.busy_timeout(std::time::Duration::from_secs(60))?;
        // Temporary tables and sorts stay in memory: they would hold keys outside the ledger's own file.
        connection
            .execute_batch("PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536;")?;
        let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        let mut ledger = Ledger { connection, salt: Vec::new() };
        match version {
            0 => ledger.create()?,
            SCHEMA => {}
            found => return Err(LedgerError::Schema { found }),
        }
        // Added after the first release; a program that does not know the table leaves it alone.
        ledger.connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS counts (run INTEGER PRIMARY KEY REFERENCES runs(seq), body TEXT NOT NULL)",
        )?;
        ledger.salt = ledger.connection.query_row("SELECT salt FROM salt", [], |row| row.get(0))?;
        Ok(ledger)
    }

    fn create(&mut self) -> Result<(), LedgerError> {
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let version: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if version == 0 {
            transaction.execute_batch(TABLES)?;
            transaction.execute("INSERT INTO salt VALUES (randomblob(16))", [])?;
            transaction.pragma_update(None, "user_version", SCHEMA)?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// What names and ids are hashed with. It decides nothing: the same values are equal under any salt.
    pub fn salt(&self) -> &[u8] {
        &self.salt
    }

    /// Bodies that nights before `run` kept under any of `keys`, oldest first.
    pub fn earlier(&self, run: &str, keys: &[i64]) -> Result<Vec<String>, LedgerError> {
        let before: Option<i64> =
            self.connection.query_row("SELECT seq FROM runs WHERE run = ?1", [run], |row| row.get(0)).optional()?;
        let mut found: Vec<i64> = Vec::new();
        let mut by_key = self.connection.prepare_cached("SELECT request FROM keys WHERE key = ?1")?;
        for key in keys {
            for request in by_key.query_map([key], |row| row.get(0))? {
                found.push(request?);
            }
        }
        found.sort_unstable();
        found.dedup();
        let mut bodies: Vec<(i64, String)> = Vec::new();
        let mut body = self.connection.prepare_cached("SELECT run, body FROM requests WHERE seq = ?1 AND run < ?2")?;
        for request in found {
            bodies.extend(
                body.query_row(params![request, before.unwrap_or(i64::MAX)], |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?,
            );
        }
        // A night that was written again has higher numbers than the nights after it.
        bodies.sort_by_key(|(run, _)| *run);
        Ok(bodies.into_iter().map(|(_, body)| body).collect())
    }

    /// Writes a finished run: each request's keys and body. What was kept of the same run before is replaced.
    pub fn record<'r>(
        &mut self,
        run: &str,
        as_of: &str,
        requests: impl IntoIterator<Item = (&'r [i64], &'r str)>,
    ) -> Result<(), LedgerError> {
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        transaction.execute(
            "INSERT INTO runs (run, as_of) VALUES (?1, ?2) ON CONFLICT (run) DO UPDATE SET as_of = ?2",
            [run, as_of],
        )?;
        let seq: i64 = transaction.query_row("SELECT seq FROM runs WHERE run = ?1", [run], |row| row.get(0))?;
        // One night's requests are numbered without a gap.
        let (first, last): (Option<i64>, Option<i64>) =
            transaction.query_row("SELECT min(seq), max(seq) FROM requests WHERE run = ?1", [seq], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?;
        if let (Some(first), Some(last)) = (first, last) {
            transaction.execute("DELETE FROM keys WHERE request BETWEEN ?1 AND ?2", [first, last])?;
            transaction.execute("DELETE FROM requests WHERE run = ?1", [seq])?;
        }
        let mut next: i64 =
            transaction.query_row("SELECT coalesce(max(seq), 0) + 1 FROM requests", [], |row| row.get(0))?;
        {
            let mut body_in = transaction.prepare("INSERT INTO requests VALUES (?1, ?2, ?3)")?;
            let mut key_in = transaction.prepare("INSERT OR IGNORE INTO keys VALUES (?1, ?2)")?;
            for (keys, body) in requests {
                body_in.execute(params![next, seq, body])?;
                for key in keys {
                    key_in.execute([*key, next])?;
                }
                next += 1;
            }
        }
        transaction.commit()?;
        Ok(())
    }

    /// What the night before `run` came to, as [`Ledger::keep_counts`] was given it; none when there is no night before.
    pub fn counts_before(&self, run: &str) -> Result<Option<String>, LedgerError> {
        let own: Option<i64> =
            self.connection.query_row("SELECT seq FROM runs WHERE run = ?1", [run], |row| row.get(0)).optional()?;
        let before = self.connection.query_row(
            "SELECT body FROM counts WHERE run < ?1 ORDER BY run DESC LIMIT 1",
            [own.unwrap_or(i64::MAX)],
            |row| row.get(0),
        );
        Ok(before.optional()?)
    }

    /// Keeps what a recorded run came to; it holds counts and no value.
    pub fn keep_counts(&mut self, run: &str, body: &str) -> Result<(), LedgerError> {
        self.connection.execute(
            "INSERT OR REPLACE INTO counts (run, body) SELECT seq, ?2 FROM runs WHERE run = ?1",
            params![run, body],
        )?;
        Ok(())
    }

    /// Whether nothing was remembered yet.
    pub fn is_empty(&self) -> Result<bool, LedgerError> {
        Ok(self.len()? == 0)
    }

    /// How many requests the ledger holds.
    pub fn len(&self) -> Result<u64, LedgerError> {
        let count: i64 = self.connection.query_row("SELECT count(*) FROM requests", [], |row| row.get(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
