//! The settings of an op, by name and value.

use crate::{DType, Error, Result};
use crate::{Shape, UNKNOWN};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as Unknown, StrDeserializer};
use std::fmt;

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Attribute {
    /// Nothing: an option that is not set.
    None,
    /// A truth value.
    Bool(bool),
    /// A whole number: sizes, axes, counts.
    Int(i64),
    /// A real number.
    Float(#[serde(with = "real")] f64),
    /// A name.
    Text(String),
    /// Several values.
    List(Vec<Attribute>),
}

/// Real numbers as JSON, which has no infinity: those that are not finite stand as text.
mod real {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Real {
        Number(f64),
        Text(String),
    }

    pub fn serialize<S: Serializer>(value: &f64, to: S) -> Result<S::Ok, S::Error> {
        match value.is_finite() {
            true => Real::Number(*value).serialize(to),
            false => Real::Text(value.to_string()).serialize(to),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        match Real::deserialize(from)? {
            Real::Number(value) => Ok(value),
            Real::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Attribute::None => f.write_str("none"),
            Attribute::Bool(value) => write!(f, "{value}"),
            Attribute::Int(value) => write!(f, "{value}"),
            Attribute::Float(value) => write!(f, "{value:?}"),
            Attribute::Text(value) => f.write_str(value),
            Attribute::List(values) => {
                f.write_str("[")?;
                for (i, value) in values.iter().enumerate() {
                    write!(f, "{}{value}", if i == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
        }
    }
}

/// All settings of an op, in their order.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Attributes(Vec<(String, Attribute)>);

fn unfit(name: &str, found: &Attribute) -> Error {
    Error::format(format!("the attribute `{name}` cannot be `{found}`"))
}

impl Attributes {
    /// No setting.
    pub fn new() -> Attributes {
        Attributes::default()
    }

    /// With one more.
    #[must_use]
    pub fn with<S: Setting>(self, name: &str, value: &S) -> Attributes {
        self.and(name, value.to_attribute())
    }

    fn and(mut self, name: &str, value: Attribute) -> Attributes {
        self.0.push((name.to_string(), value));
        self
    }

    /// A setting by its name.
    pub fn find(&self, name: &str) -> Option<&Attribute> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| v)
    }

    /// A setting by its name, as the type it was written from.
    ///
    /// # Errors
    /// When it is missing, or holds something else.
    pub fn get<S: Setting>(&self, name: &str) -> Result<S> {
        let found = self.given(name)?;
        S::from_attribute(found).ok_or_else(|| unfit(name, found))
    }

    fn given(&self, name: &str) -> Result<&Attribute> {
        self.find(name)
            .ok_or_else(|| Error::format(format!("the attribute `{name}` is missing")))
    }

    /// Name and value of every setting.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Attribute)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A type that settings have.
pub trait Setting: Sized {
    /// The value, written down.
    fn to_attribute(&self) -> Attribute;
    /// The value of what was written down, if it is of this type.
    fn from_attribute(attribute: &Attribute) -> Option<Self>;
}

impl Setting for Attribute {
    fn to_attribute(&self) -> Attribute {
        self.clone()
    }
    fn from_attribute(attribute: &Attribute) -> Option<Attribute> {
        Some(attribute.clone())
    }
}

impl Setting for bool {
    fn to_attribute(&self) -> Attribute {
        Attribute::Bool(*self)
    }
    fn from_attribute(attribute: &Attribute) -> Option<bool> {
        match attribute {
            Attribute::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

macro_rules! whole {
    ($($t:ty),*) => {$(
        impl Setting for $t {
            fn to_attribute(&self) -> Attribute {
                // A size is below 2⁶³, and seeds use all 64 bits: both come back as they were.
                Attribute::Int(*self as i64)
            }
            fn from_attribute(attribute: &Attribute) -> Option<$t> {
                match attribute {
                    Attribute::Int(value) => Some(*value as $t),
                    _ => None,
                }
            }
        }
    )*};
}
whole!(i64, isize, u64);

impl Setting for i32 {
    fn to_attribute(&self) -> Attribute {
        Attribute::Int(i64::from(*self))
    }
    fn from_attribute(attribute: &Attribute) -> Option<i32> {
        match attribute {
            Attribute::Int(value) => i32::try_from(*value).ok(),
            _ => None,
        }
    }
}

impl Setting for usize {
    fn to_attribute(&self) -> Attribute {
        match *self {
            UNKNOWN => Attribute::Text("_".to_string()),
            size => Attribute::Int(size as i64),
        }
    }
    fn from_attribute(attribute: &Attribute) -> Option<usize> {
        match attribute {
            Attribute::Text(text) if text == "_" => Some(UNKNOWN),
            Attribute::Int(value) => usize::try_from(*value).ok(),
            _ => None,
        }
    }
}

impl Setting for f64 {
    fn to_attribute(&self) -> Attribute {
        Attribute::Float(*self)
    }
    fn from_attribute(attribute: &Attribute) -> Option<f64> {
        match attribute {
            Attribute::Float(value) => Some(*value),
            Attribute::Int(value) => Some(*value as f64),
            _ => None,
        }
    }
}

impl Setting for String {
    fn to_attribute(&self) -> Attribute {
        Attribute::Text(self.clone())
    }
    fn from_attribute(attribute: &Attribute) -> Option<String> {
        match attribute {
            Attribute::Text(text) => Some(text.clone()),
            _ => None,
        }
    }
}

impl Setting for DType {
    fn to_attribute(&self) -> Attribute {
        Attribute::Text(self.to_string())
    }
    fn from_attribute(attribute: &Attribute) -> Option<DType> {
        match attribute {
            Attribute::Text(text) => {
                let text: StrDeserializer<'_, Unknown> = text.as_str().into_deserializer();
                DType::deserialize(text).ok()
            }
            _ => None,
        }
    }
}

impl Setting for Shape {
    fn to_attribute(&self) -> Attribute {
        self.dims().to_vec().to_attribute()
    }
    fn from_attribute(attribute: &Attribute) -> Option<Shape> {
        Shape::try_new(&Vec::<usize>::from_attribute(attribute)?).ok()
    }
}

impl<S: Setting> Setting for Vec<S> {
    fn to_attribute(&self) -> Attribute {
        Attribute::List(self.iter().map(S::to_attribute).collect())
    }
    fn from_attribute(attribute: &Attribute) -> Option<Vec<S>> {
        match attribute {
            Attribute::List(values) => values.iter().map(S::from_attribute).collect(),
            _ => None,
        }
    }
}

impl<S: Setting, const N: usize> Setting for [S; N] {
    fn to_attribute(&self) -> Attribute {
        Attribute::List(self.iter().map(S::to_attribute).collect())
    }
    fn from_attribute(attribute: &Attribute) -> Option<[S; N]> {
        Vec::from_attribute(attribute)?.try_into().ok()
    }
}

impl<A: Setting, B: Setting> Setting for (A, B) {
    fn to_attribute(&self) -> Attribute {
        Attribute::List(vec![self.0.to_attribute(), self.1.to_attribute()])
    }
    fn from_attribute(attribute: &Attribute) -> Option<(A, B)> {
        match attribute {
            Attribute::List(pair) => match &pair[..] {
                [a, b] => Some((A::from_attribute(a)?, B::from_attribute(b)?)),
                _ => None,
            },
            _ => None,
        }
    }
}

impl<S: Setting> Setting for Option<S> {
    fn to_attribute(&self) -> Attribute {
        self.as_ref().map_or(Attribute::None, S::to_attribute)
    }
    fn from_attribute(attribute: &Attribute) -> Option<Option<S>> {
        match attribute {
            Attribute::None => Some(None),
            value => S::from_attribute(value).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let written = Attributes::new()
            .with("axis", &-1_isize)
            .with("rate", &f64::NEG_INFINITY)
            .with("shape", &Shape::new(&[UNKNOWN, 3]))
            .with("bounds", &[None, Some(2.5_f64)])
            .with("key", &u64::MAX)
            .with("dtype", &DType::F64);
        let json = serde_json::to_string(&written).unwrap();
        let read: Attributes = serde_json::from_str(&json).unwrap();
        assert_eq!(read, written);
        assert_eq!(read.get::<isize>("axis").unwrap(), -1);
        assert_eq!(read.get::<f64>("rate").unwrap(), f64::NEG_INFINITY);
        assert_eq!(
            read.get::<Shape>("shape").unwrap(),
            Shape::new(&[UNKNOWN, 3])
        );
        assert_eq!(
            read.get::<[Option<f64>; 2]>("bounds").unwrap(),
            [None, Some(2.5)]
        );
        assert_eq!(read.get::<u64>("key").unwrap(), u64::MAX);
        assert_eq!(read.get::<DType>("dtype").unwrap(), DType::F64);
        let e = read.get::<bool>("axis").unwrap_err().to_string();
        assert!(e.contains("the attribute `axis` cannot be `-1`"), "{e}");
        assert!(read.get::<bool>("groups").is_err());
    }
}
