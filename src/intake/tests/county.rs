//! Larger files: chunks, order, memory.

use super::*;

#[test]
fn rows_keep_their_numbers_across_chunks() {
    let mut text = "payment_no,award_no,payee_id_number,month,amount,status,account_name\n".to_owned();
    for row in 2..20_002 {
        match row % 1_000 {
            0 => text.push('\n'),
            1 => text.push_str(&format!("{row},A,1,2023-01,x,paid,\n")),
            2 => text.push_str(&format!("{row},A,1,2023-01,5.00,paid,\"two\nlines, \"\"quoted\"\"\"\n")),
            _ => text.push_str(&format!("{row},A,1,2023-01,5.00,paid,张伟\n")),
        }
    }
    let whole = only("payment.csv", &text);
    assert_eq!((whole.reading.blank, whole.rejected.len()), (20, 20));
    assert!(whole.rejected.iter().all(|r| r.row_number % 1_000 == 1 && r.column == Some("amount")));
    assert_eq!(whole.column("payment_no"), whole.column(ROW_NUMBER));
    assert_eq!(whole.column("account_name")[1], "张伟");
    assert_eq!(whole.column("account_name")[0], "two\nlines, \"quoted\"");
    assert_eq!(whole.profile.rows, 20_000 - 20);
    assert_eq!(whole.profile.columns["amount"].top(3), [("x", 20)]);
}

#[test]
fn the_sink_can_stop_the_reading() {
    let folder = tempfile::tempdir().unwrap();
    let body = "1,2023-01-01,5\n".repeat(20_000);
    std::fs::write(folder.path().join("deposit.csv"), format!("id_number,as_of,balance\n{body}")).unwrap();
    let opened = open(&discover(&[folder.path().to_owned()]).unwrap(), &Mapping::default()).unwrap();
    let mut chunks = 0;
    let outcome = opened.sources[0].read(&mut |_| {
        chunks += 1;
        if chunks == 2 { Err(IntakeError::Stopped) } else { Ok(()) }
    });
    assert!(matches!(outcome, Err(IntakeError::Stopped)));
    assert_eq!(chunks, 2);
}
