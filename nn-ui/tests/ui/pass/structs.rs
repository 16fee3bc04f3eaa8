//! Fields and structs of every kind that a model may have.
#![deny(warnings)]
#![allow(dead_code)]

mod inner {
    use nn::prelude::*;
    use std::collections::BTreeMap;

    /// A public model with documented fields.
    #[model]
    pub struct Net {
        /// Raw identifiers are saved under their plain name.
        pub r#type: Dense,
        pub(crate) many: Vec<Option<Box<Dense>>>,
        pub(super) pair: (Dense, [Dense; 2]),
        named: BTreeMap<String, Dense>,
        #[cfg(any())]
        absent: DoesNotExist,
        #[cfg(not(any()))]
        present: Dense,
        #[cfg_attr(all(), config)]
        pub r#match: f64,
        #[model(unused)]
        spare: Dense,
        #[param]
        scale: Param,
    }

    #[model]
    impl Net {
        pub fn new() -> Self {
            Self {
                r#type: Dense::new(1),
                many: vec![Some(Box::new(Dense::new(2))), None],
                pair: (Dense::new(3), [Dense::new(4), Dense::new(5)]),
                named: BTreeMap::new(),
                present: Dense::new(6),
                r#match: 0.5,
                spare: Dense::new(7),
                scale: Param::new(Initializer::Ones),
            }
        }

        fn build(&self, _: &Shape) -> nn::Result<()> {
            self.scale.build([1])
        }

        fn call(&self, x: Tensor) -> Tensor {
            let x = self.r#type(x);
            let x = self
                .many
                .iter()
                .flatten()
                .fold(x, |x, layer| layer.forward(x));
            let x = self
                .pair
                .1
                .iter()
                .fold(self.pair.0.forward(x), |x, layer| layer.forward(x));
            let x = self.named.values().fold(x, |x, layer| layer.forward(x));
            self.present(x) * self.scale()
        }
    }

    /// The second model of the module, without layers.
    #[derive(Debug, Clone, Layer)]
    pub struct Nothing {}

    #[model]
    impl Nothing {
        fn call(&self, x: Tensor) -> Tensor {
            x
        }
    }
}

use nn::prelude::*;

pub fn main() {
    let net = inner::Net::new();
    let y = net.r#type(Tensor::ones([2, 3]));
    assert_eq!(y.shape(), [2, 1]);
    let config = net.config();
    assert_eq!(config["config"]["match"], 0.5);
    assert_eq!(config["config"]["type"]["class_name"], "Dense");
    assert!(config["config"].get("absent").is_none());
    assert_eq!(net.clone_model().config(), config);

    // A model declared inside a function, and a block whose helper attributes come before its derive.
    #[model(input = ([5], [8]), check = "build")]
    #[derive(Default)]
    struct Local {
        #[config]
        scale: f32,
        parts: Vec<Dense>,
    }

    #[model]
    impl Local {
        fn call(&self, (a, b): (Tensor, Tensor)) -> Tensor {
            self.parts(a.sum() + b.sum()) * self.scale
        }
    }
    assert_eq!(Local::INPUT, ([5], [8]));
    assert!(Local::default().parts.is_empty());
    let local = Local {
        scale: 2.0,
        parts: vec![],
    };
    let sum = local.forward((Tensor::ones([1, 5]), Tensor::ones([1, 8])));
    assert_eq!(sum.item::<f32>().unwrap(), 26.0);
}
