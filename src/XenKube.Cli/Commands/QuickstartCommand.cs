using System.CommandLine;
using XenKube.Cli.Quickstart;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube quickstart</c>: the whole guide on the sample image.</summary>
internal static class QuickstartCommand
{
    private static readonly Option<string> Directory = new("--directory")
        { Description = "Where to work.", HelpName = "DIR", DefaultValueFactory = _ => "xenkube-quickstart" };

    public static Command Create()
    {
        var quickstart = new Command("quickstart", "The whole guide on a sample image: no root, no Xen, no network but loopback.")
            { Directory };
        CommandRun.Handle(quickstart, run =>
        {
            using var quickstartRun = new QuickstartRun(run.Open(run.Get(Directory)!), run.Terminal, run.CancellationToken);
            quickstartRun.Run();
        });
        return quickstart;
    }
}
