//! Fields of a declared model: raw identifiers, docs, visibility, cfg, plain values, parameters.
#![deny(warnings)]
#![allow(dead_code)]

mod inner {
    use nn::prelude::*;

    /// A public model.
    #[model(input = [3], new(units: usize = 2, r#type: bool = true, scale: f32 = 0.5))]
    pub struct Net {
        /// The first layer.
        #[layer(units, activation = Activation::Relu)]
        pub r#fn: Dense,
        #[layer(3)]
        pub(crate) middle: Dense,
        #[layer(4)]
        pub(super) last: Dense,
        #[cfg(any())]
        #[layer(4)]
        absent: DoesNotExist,
        #[cfg(not(any()))]
        #[layer]
        present: ReLU,
        #[cfg_attr(all(), config)]
        r#type: bool,
        #[config]
        scale: f32,
        #[layer(1)]
        #[model(unused)]
        spare: Dense,
        #[param(Param::new(Initializer::Ones))]
        gain: Param,
        #[config]
        units: usize,
    }

    #[model]
    impl Net {
        fn build(&self, _: &Shape) -> nn::Result<()> {
            self.gain.build([1])
        }

        fn call(&self, x: Tensor) -> Tensor {
            let x = self.present(self.middle(self.r#fn(x)));
            let y = self.last(x) * self.scale * self.gain();
            if self.r#type {
                y.relu()
            } else {
                y.mean_axis(-1)
            }
        }
    }
}

/// Private to this file.
#[nn::model(new())]
struct Private {
    #[layer(2, true, 1.0)]
    net: inner::Net,
}

#[nn::model]
impl Private {
    fn call(&self, x: nn::Tensor) -> nn::Tensor {
        self.net(x)
    }
}

pub fn main() {
    use nn::prelude::*;
    // The shape of the parameter is what `build` says.
    assert_eq!(inner::Net::OUTPUT, [4]);
    assert_eq!(inner::Net::INPUT, [3]);
    let net = Private::new();
    assert_eq!(net.forward(Tensor::ones([5, 3])).shape(), [5, 4]);
    assert_eq!(net.net.middle.config()["config"]["units"], 3);
    assert_eq!(net.config()["config"]["net"]["config"]["type"], true);
}
