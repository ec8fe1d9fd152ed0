using System.Runtime.CompilerServices;
using XenKube.Cli.Output;
using XenKube.Posix;

namespace XenKube.Cli;

/// <summary>
/// The program proper, in a method of its own: the assemblies that it needs are loaded once the limit of open files is known to suffice.
/// </summary>
internal static class Start
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Task<int> RunAsync(string[] args)
    {
        // Standard output may be a file.
        FileSizeLimit.TakeAsError();
        return CommandLine.RunAsync(RawArguments.Of(args), Terminal.OfProcess(), CancellationToken.None);
    }
}
