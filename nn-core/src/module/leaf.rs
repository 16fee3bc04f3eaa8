//! A parameter as a module: a leaf of the tree.

use crate::module::config::{ConfigValue, from_json};
use crate::{Module, Param, Result};
use serde_json::Value;

impl Module for Param {
    fn visit<'a>(&'a self, _: &mut dyn FnMut(&str, &'a dyn Module)) {}

    fn as_param(&self) -> Option<&Param> {
        Some(self)
    }

    fn config(&self) -> Value {
        [
            ("initializer", self.initializer().to_json()),
            ("regularizer", self.regularizer().to_json()),
            ("constraint", self.constraint().to_json()),
            ("buffer", self.is_buffer().into()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_string(), value))
        .collect()
    }

    fn from_config(config: &Value) -> Result<Param> {
        #[derive(serde::Deserialize)]
        struct Config {
            initializer: crate::Initializer,
            regularizer: Option<crate::Regularizer>,
            constraint: Option<crate::Constraint>,
            buffer: bool,
        }
        let c: Config = from_json(config)?;
        let param = if c.buffer {
            Param::buffer(c.initializer)
        } else {
            Param::new(c.initializer)
        };
        Ok(param
            .with_regularizer(c.regularizer)
            .with_constraint(c.constraint))
    }
}
