//! Enums of layers.
#![deny(warnings)]

use nn::prelude::*;

#[derive(Clone, Debug, Layer)]
enum Block {
    /// One of the library.
    Conv(Conv2D),
    Both(Dense, Dense),
    Named {
        dense: Dense,
        #[config]
        scale: f64,
        #[param(Param::new(Initializer::Ones))]
        gain: Param,
    },
    Identity,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        match self {
            Block::Conv(conv) => conv.forward(x),
            Block::Both(a, b) => b.forward(a.forward(x)),
            Block::Named { dense, scale, gain } => {
                if let Err(error) = gain.build([1]) {
                    return Tensor::failed(error);
                }
                dense.forward(x) * *scale * gain
            }
            Block::Identity => x,
        }
    }
}

#[model]
struct Net {
    blocks: Vec<Block>,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        self.blocks(x)
    }
}

#[derive(Layer)]
enum Choice<L = Dense> {
    This(L),
    Other(Box<Net>),
}

#[model]
impl<L: Layer<Input = Tensor, Output = Tensor>> Choice<L> {
    fn call(&self, x: Tensor) -> Tensor {
        match self {
            Choice::This(layer) => layer.forward(x),
            Choice::Other(net) => net.forward(x),
        }
    }
}

pub fn main() {
    let net = Net {
        blocks: vec![
            Block::Both(Dense::new(3), Dense::new(4)),
            Block::Identity,
            Block::Named {
                dense: Dense::new(2),
                scale: 0.5,
                gain: Param::new(Initializer::Ones),
            },
        ],
    };
    net.build([5]).unwrap();
    let paths: Vec<String> = net
        .parameters()
        .iter()
        .map(|p| p.path().to_string())
        .collect();
    assert_eq!(
        paths,
        [
            "blocks.0.0.kernel",
            "blocks.0.0.bias",
            "blocks.0.1.kernel",
            "blocks.0.1.bias",
            "blocks.2.dense.kernel",
            "blocks.2.dense.bias",
            "blocks.2.gain"
        ]
    );
    let copy = net.clone_model();
    let x = Tensor::ones([1, 5]);
    assert_eq!(
        copy.forward(&x).to_vec::<f32>().unwrap(),
        net.forward(&x).to_vec::<f32>().unwrap()
    );
    let config = net.config();
    assert_eq!(
        config["config"]["blocks"][1].to_string(),
        r#"{"class_name":"Block","config":{"Identity":{}}}"#
    );
    let mut wrong = config.clone();
    wrong["config"]["blocks"][1]["config"] = serde_json::json!({"Identty": {}});
    let error = Net::from_config(&wrong).err().unwrap().to_string();
    assert!(
        error.contains("has no variant `Identty`, but Conv, Both, Named, Identity"),
        "{error}"
    );
    println!("{}", net.summary([5]).unwrap());
    println!("{:?}", net.blocks);
    let choice: Choice = Choice::This(Dense::new(2));
    assert_eq!(choice.forward(&x).shape(), [1, 2]);
    assert_eq!(
        Choice::<Dense>::Other(Box::new(net)).forward(&x).shape(),
        [1, 2]
    );
    assert_eq!(
        Sequential::new()
            .add(Block::Identity)
            .clone_model()
            .forward(&x)
            .shape(),
        [1, 5]
    );
}
