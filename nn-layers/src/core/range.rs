//! Settings that are numbers of a range, checked by the compiler where it knows them, and where a layer is built.

use crate::ShapeError;

/// Checks numbers from 0 to 1, by their names.
pub(crate) const fn from_zero_to_one(
    layer: &str,
    settings: &[(&str, f64)],
) -> Result<(), ShapeError> {
    check(layer, settings, " is a number from 0 to 1, found ", 1.0)
}

/// Checks numbers from 0 on.
pub(crate) const fn from_zero(layer: &str, settings: &[(&str, f64)]) -> Result<(), ShapeError> {
    let words = " is a number from 0 on, found ";
    check(layer, settings, words, f64::INFINITY)
}

/// Checks the shares that a recurrent layer drops: something must be left.
pub(crate) const fn rates(
    layer: &str,
    dropout: f64,
    recurrent_dropout: f64,
) -> Result<(), ShapeError> {
    let settings = [
        ("dropout", dropout),
        ("recurrent_dropout", recurrent_dropout),
    ];
    let words = " is a probability from 0 to below 1, found ";
    match check(layer, &settings, words, 1.0_f64.next_down()) {
        Ok(()) => Ok(()),
        Err(error) => Err(error.text("; 0.2 drops a fifth")),
    }
}

const fn check(
    layer: &str,
    settings: &[(&str, f64)],
    words: &str,
    greatest: f64,
) -> Result<(), ShapeError> {
    let mut i = 0;
    while i < settings.len() {
        let (what, value) = settings[i];
        // Asked this way, NaN is in no range.
        if !(value >= 0.0 && value <= greatest) {
            let error = ShapeError::new(what).text(" of ").text(layer);
            return Err(error.text(words).decimal(value));
        }
        i += 1;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_are_named() {
        let message = |found: Result<(), ShapeError>| found.unwrap_err().to_string();
        assert!(from_zero_to_one("A", &[("momentum", 0.0), ("epsilon", 1.0)]).is_ok());
        let e = message(from_zero_to_one(
            "A",
            &[("momentum", 0.5), ("epsilon", 1.5)],
        ));
        assert_eq!(e, "epsilon of A is a number from 0 to 1, found 1.5");
        let e = message(from_zero("A", &[("epsilon", f64::NAN)]));
        assert_eq!(e, "epsilon of A is a number from 0 on, found NaN");
        let e = message(from_zero_to_one("A", &[("momentum", f64::INFINITY)]));
        assert_eq!(e, "momentum of A is a number from 0 to 1, found inf");
        let e = message(rates("A", 0.0, 1.0));
        assert!(
            e.starts_with("recurrent_dropout of A is a probability from 0 to below 1, found 1"),
            "{e}"
        );
    }
}
