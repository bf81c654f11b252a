// What the peer is to do: BENCH_COMMANDS is a list of {file, outputs}; every output is a folder of SVG files.
import asSvg from '@figma-export/output-components-as-svg';

const commands = JSON.parse(process.env.BENCH_COMMANDS);
export default {
  commands: commands.map(({ file, outputs }) => [
    'components',
    { fileId: file, outputters: outputs.map((output) => asSvg({ output })) },
  ]),
};
