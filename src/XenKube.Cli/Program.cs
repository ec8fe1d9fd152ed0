using XenKube.Cli;

return await CommandLine.RunAsync(args, Terminal.OfProcess(), CancellationToken.None).ConfigureAwait(false);
