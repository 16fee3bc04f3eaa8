//! Settings that are numbers of a range, checked by the compiler where it knows them, and where a layer is built.

use crate::ShapeError;

/// Whether a setting is a finite number where it is used: single precision makes infinities of numbers from 3.5e38 on.
pub(crate) const fn is_finite(value: f64) -> bool {
    (value as f32).is_finite()
}

/// Checks numbers that stay finite in f32, by their names.
pub(crate) const fn finite(layer: &str, settings: &[(&str, f64)]) -> Result<(), ShapeError> {
    let mut i = 0;
    while i < settings.len() {
        let (what, value) = settings[i];
        if !is_finite(value) {
            let error = ShapeError::new(what).text(" of ").text(layer);
            let error = error.text(" is a finite number, as f32 holds it, found ");
            return Err(error.decimal(value));
        }
        i += 1;
    }
    Ok(())
}

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
    fn numbers_that_single_precision_does_not_hold_are_named() {
        assert!(finite("A", &[("alpha", 3e38), ("beta", 1e-300)]).is_ok());
        for (value, found) in [
            (1e39, "1e39"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "NaN"),
        ] {
            let e = finite("A", &[("alpha", 0.0), ("beta", value)]).unwrap_err();
            let words = "beta of A is a finite number, as f32 holds it, found ";
            assert_eq!(e.to_string(), format!("{words}{found}"));
        }
    }

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
