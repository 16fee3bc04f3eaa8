//! Regularizers that are types of a program's own, as all four kinds of settings are kept, written and read.

use nn_core::config::{describe, from_json};
use nn_core::own::{Own, Rule};
use nn_core::{Regularize, Regularizer, Tensor, register_own};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Smooth {
    factor: f64,
}

impl Regularize for Smooth {
    fn penalty(&self, value: &Tensor) -> Tensor {
        value.square().sum() * self.factor
    }
}
register_own!(type Regularizer: Smooth);

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Nothing;

impl Regularize for Nothing {
    fn penalty(&self, _: &Tensor) -> Tensor {
        Tensor::from(0.0_f32)
    }
}
register_own!(type Regularizer: Nothing);

/// A name that the library has.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct L1 {
    l1: f64,
}

impl Regularize for L1 {
    fn penalty(&self, _: &Tensor) -> Tensor {
        Tensor::from(0.0_f32)
    }
}
register_own!(type Regularizer: L1);

#[derive(Debug, PartialEq, Serialize)]
struct Unknown;

impl Regularize for Unknown {
    fn penalty(&self, _: &Tensor) -> Tensor {
        Tensor::from(0.0_f32)
    }
}

fn read(written: Value) -> Result<Regularizer, serde_json::Error> {
    from_json(&written)
}

#[test]
fn a_type_comes_back_by_its_name_with_its_settings() {
    let smooth = Regularizer::from(Smooth {
        factor: f64::INFINITY,
    });
    let copy = smooth;
    let written = describe(&copy);
    assert_eq!(written["class_name"], "Smooth");
    assert_eq!(read(written).unwrap(), smooth);
    let other = read(json!({"class_name": "Smooth", "config": {"factor": 2.0}})).unwrap();
    assert_ne!(other, smooth);
    assert_eq!(format!("{other:?}"), "Own(Smooth { factor: 2.0 })");
    let penalty = other.penalty(&Tensor::from([3.0_f32]));
    assert_eq!(penalty.item::<f32>().unwrap(), 18.0);
    let text = other.to_string();
    assert_eq!(text.parse::<Regularizer>().unwrap(), other);

    let e = read(json!("Smooth")).unwrap_err().to_string();
    assert!(e.contains("`Smooth`") && e.contains("`factor`"), "{e}");
    let nothing = Regularizer::from(Nothing);
    for written in [
        describe(&nothing),
        json!("Nothing"),
        json!({"class_name": "Nothing"}),
    ] {
        assert_eq!(read(written).unwrap(), nothing);
    }
}

#[test]
fn what_would_come_back_as_another_is_not_written() {
    let refused = |regularizer: Regularizer| serde_json::to_value(regularizer).unwrap_err();
    let e = refused(Unknown.into()).to_string();
    assert!(e.contains("`nn::register!(Regularize: Unknown);`"), "{e}");
    let e = refused(L1 { l1: 0.5 }.into()).to_string();
    assert!(e.contains("would come back as L1 { l1: 0.5 }"), "{e}");
    assert_eq!(
        read(json!({"class_name": "L1", "config": {"l1": 0.5}})).unwrap(),
        Regularizer::l1(0.5)
    );
}

#[test]
fn equal_ones_are_kept_once() {
    let place =
        |factor: f64| match Own::<Regularizer>::object(Smooth { factor }, |s| s as &dyn Regularize)
            .rule()
        {
            Rule::Object(object, _) => std::ptr::from_ref(object).cast::<()>(),
            Rule::Function(_) => unreachable!("an object"),
        };
    assert_eq!(place(0.25), place(0.25));
    assert_ne!(place(0.25), place(0.5));
}
