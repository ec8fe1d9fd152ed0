using XenKube.Cli;
using XenKube.Cli.Output;

return await CommandLine.RunAsync(RawArguments.Of(args), Terminal.OfProcess(), CancellationToken.None).ConfigureAwait(false);
