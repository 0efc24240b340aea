//! Error classes: what a failed call to the database means for whoever made it.
//!
//! Decided by the variant of [`sqlx::Error`] and by SQLSTATE, never by a message's text, which is
//! translated and changes between releases.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// The data's fault: a constraint, a value out of range, an exception raised by a function.
    /// Refuse this entry; the same data fails again.
    Rejected,
    /// The database's fault: unreachable, restarting, out of a resource, too slow, a deadlock.
    /// Retry with back-off; the same call may succeed.
    Retry,
    /// Our fault: SQL that doesn't fit the schema, a row that can't be decoded. Log it; neither
    /// other data nor time mends it.
    Internal,
}

impl ErrorClass {
    pub fn of(error: &sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::Database(error) => error.code().map_or(Self::Internal, |code| Self::of_sqlstate(&code)),
            E::Io(_)
            | E::Tls(_)
            | E::Protocol(_)
            | E::PoolTimedOut
            | E::PoolClosed
            | E::WorkerCrashed
            | E::BeginFailed => Self::Retry,
            // Configuration, RowNotFound, TypeNotFound, Column…, Encode, Decode, and what sqlx
            // adds.
            _ => Self::Internal,
        }
    }

    /// By PostgreSQL's appendix "Error Codes": the first two characters are the class.
    fn of_sqlstate(code: &str) -> Self {
        match code {
            // Single codes that differ from the rest of their class.
            "25006" // read-only: a standby, or a primary that is being demoted
            | "25P03" // idle_in_transaction_session_timeout: the session was ended
            | "25P04" // transaction_timeout: the same
            => Self::Retry,
            "54000" => Self::Rejected, // a value too long for its index
            _ => match code.get(..2).unwrap_or_default() {
                // Data exception, constraint, check of a view, RAISE, our own functions' codes.
                "22" | "23" | "44" | "P0" | "HG" => Self::Rejected,
                // Connection, rollback (deadlock, serialization), resources, not in the state
                // for it (lock time-out), operator (cancelled, shutting down), system.
                "08" | "40" | "53" | "55" | "57" | "58" => Self::Retry,
                _ => Self::Internal,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{borrow::Cow, fmt, io};

    use sqlx::error::{DatabaseError, ErrorKind};

    use super::*;

    /// An error that a server sent, of which only the code counts.
    #[derive(Debug)]
    struct ServerError(&'static str);

    impl fmt::Display for ServerError {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("deadlock detected")
        }
    }

    impl std::error::Error for ServerError {}

    impl DatabaseError for ServerError {
        fn message(&self) -> &str {
            "deadlock detected"
        }

        fn code(&self) -> Option<Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn std::error::Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn std::error::Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    #[test]
    fn each_sqlstate_has_its_class() {
        use ErrorClass::{Internal, Rejected, Retry};
        let table = [
            ("22001", Rejected), // string_data_right_truncation
            ("22021", Rejected), // character_not_in_repertoire
            ("22P02", Rejected), // invalid_text_representation
            ("23505", Rejected), // unique_violation
            ("23514", Rejected), // check_violation
            ("44000", Rejected), // with_check_option_violation
            ("54000", Rejected), // program_limit_exceeded
            ("P0001", Rejected), // raise_exception
            ("HG001", Rejected), // raised by a function of ours
            ("08006", Retry),    // connection_failure
            ("25006", Retry),    // read_only_sql_transaction
            ("25P03", Retry),    // idle_in_transaction_session_timeout
            ("40001", Retry),    // serialization_failure
            ("40P01", Retry),    // deadlock_detected
            ("53100", Retry),    // disk_full
            ("53300", Retry),    // too_many_connections
            ("55P03", Retry),    // lock_not_available
            ("57014", Retry),    // query_canceled: statement_timeout
            ("57P01", Retry),    // admin_shutdown
            ("57P03", Retry),    // cannot_connect_now
            ("58030", Retry),    // io_error
            ("0A000", Internal), // feature_not_supported: cached plan must not change result type
            ("25P02", Internal), // in_failed_sql_transaction
            ("26000", Internal), // invalid_sql_statement_name
            ("28P01", Internal), // invalid_password
            ("3D000", Internal), // invalid_catalog_name
            ("42601", Internal), // syntax_error
            ("42703", Internal), // undefined_column
            ("42804", Internal), // datatype_mismatch
            ("54001", Internal), // statement_too_complex
            ("XX000", Internal), // internal_error
            ("", Internal),
        ];
        for (code, class) in table {
            let error = sqlx::Error::Database(Box::new(ServerError(code)));
            assert_eq!(ErrorClass::of(&error), class, "{code}");
        }
    }

    #[test]
    fn each_variant_of_sqlx_has_its_class() {
        let table = [
            (sqlx::Error::Io(io::ErrorKind::ConnectionReset.into()), ErrorClass::Retry),
            (sqlx::Error::Tls("handshake".into()), ErrorClass::Retry),
            (sqlx::Error::Protocol("out of step".into()), ErrorClass::Retry),
            (sqlx::Error::PoolTimedOut, ErrorClass::Retry),
            (sqlx::Error::PoolClosed, ErrorClass::Retry),
            (sqlx::Error::BeginFailed, ErrorClass::Retry),
            (sqlx::Error::RowNotFound, ErrorClass::Internal),
            (sqlx::Error::TypeNotFound { type_name: "new_entry".into() }, ErrorClass::Internal),
            (sqlx::Error::ColumnNotFound("seq".into()), ErrorClass::Internal),
            (sqlx::Error::ColumnDecode { index: "0".into(), source: "kind".into() }, ErrorClass::Internal),
            (sqlx::Error::Decode("kind".into()), ErrorClass::Internal),
            (sqlx::Error::Encode("seq".into()), ErrorClass::Internal),
        ];
        for (error, class) in table {
            assert_eq!(ErrorClass::of(&error), class, "{error:?}");
        }
    }
}
