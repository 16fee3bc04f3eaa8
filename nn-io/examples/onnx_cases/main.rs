//! Writes ONNX files with inputs and the outputs that are expected, for `.ci/interop`, which runs them in ONNX Runtime: every operation,
//! every layer's golden case, every example's model. The folder is the value of the environment variable `NN_ONNX_CASES`.

mod cases;
mod layers;
mod models;
mod operations;

fn main() -> nn::Result<()> {
    let Ok(folder) = std::env::var("NN_ONNX_CASES") else {
        return Err(nn::Error::value(
            "NN_ONNX_CASES is not set: it names the folder for the files",
        ));
    };
    nn::set_seed(7);
    let mut cases = cases::Cases::new(folder)?;
    operations::write(&mut cases)?;
    layers::write(&mut cases)?;
    models::write(&mut cases)?;
    cases.finish()?;
    println!("{} files", cases.count());
    Ok(())
}
