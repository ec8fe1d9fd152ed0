using XenKube.Cli;

return OpenFileLimit.IsTooLow() ? OpenFileLimit.Refuse() : await Start.RunAsync(args).ConfigureAwait(false);
