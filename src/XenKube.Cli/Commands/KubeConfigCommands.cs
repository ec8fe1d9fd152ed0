using System.CommandLine;
using XenKube.Certificates;
using XenKube.Cli.Output;
using XenKube.Kube;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube kubeconfig</c>.</summary>
internal static class KubeConfigCommands
{
    private const string UsualFile = "(default: what KUBECONFIG names, else ~/.kube/config)";

    private static readonly Argument<string[]> Clusters = new("CLUSTER")
        { Arity = ArgumentArity.OneOrMore, Description = "Names of clusters." };
    private static readonly Argument<string[]> Files = new("FILE")
        { Arity = ArgumentArity.ZeroOrMore, Description = $"Kubeconfigs {UsualFile}." };
    private static readonly Option<string?> File = new("--file") { Description = $"The kubeconfig {UsualFile}.", HelpName = "FILE" };
    private static readonly Option<Uri?> Server = new("--server")
    {
        Description = "Address of the API server (default: that in the file, else port 8443 of the node with the lowest address).",
        HelpName = "https://ADDRESS:PORT",
        CustomParser = result => Uri.TryCreate(result.Tokens[0].Value, UriKind.RelativeOrAbsolute, out var uri) ? uri : null,
    };
    private static readonly Option<string?> User = new("--user")
        { Description = "Name of the user's entry (default: CLUSTER-admin).", HelpName = "NAME" };
    private static readonly Option<string?> NewContext = new("--context")
        { Description = "Name of the context (default: the cluster's).", HelpName = "NAME" };
    private static readonly Option<string> Group = new("--group")
    {
        Description = "What Kubernetes takes for the user's group.", DefaultValueFactory = _ => KubeConfigOptions.UsualGroup,
        HelpName = "NAME",
    };
    private static readonly Option<int> Days = new Option<int>("--days")
        { Description = "Days of validity of a certificate that is made.", DefaultValueFactory = _ => CertificateOptions.UsualDays }
        .Between(1, SpanLimits.ValidityDays);
    private static readonly Option<bool> UseFiles = new("--use-files")
        { Description = "Name the files of certificates and key, instead of holding their content." };
    private static readonly Option<bool> KeepContext = new("--keep-current-context")
        { Description = "Leave the context that kubectl uses as it is." };
    private static readonly Option<bool> Again = new("--force", "-f")
        { Description = "Make the user's certificate again even where it is right." };
    private static readonly Option<string?> Context = new("--context")
        { Description = "The context (default: the one that kubectl uses).", HelpName = "NAME" };
    private static readonly Option<int> Within = new Option<int>("--within")
    {
        Description = "Warn of a certificate that ends within this many days.",
        DefaultValueFactory = _ => KubeConfigCheckOptions.UsualDays, HelpName = "DAYS",
    }.Between(0, SpanLimits.ValidityDays);
    private static readonly Option<bool> Connect = new("--connect") { Description = "Ask the API server too." };
    private static readonly Option<int> Timeout = new Option<int>("--timeout")
        { Description = "The longest time that the API server may take.", DefaultValueFactory = _ => 5, HelpName = "SECONDS" }
        .Between(1, 600);

    public static Command Create()
    {
        var make = new Command("new", "Write clusters into a kubeconfig, each with its administrator and a context.")
        {
            Clusters, File, Server, User, NewContext, Group, Days, UseFiles, KeepContext, Again, StandardOptions.XenDir,
            StandardOptions.Json,
        };
        CommandRun.Handle(make, New);
        var check = new Command("check", "Check kubeconfigs, with remedies. Exit 1 if a check fails.")
            { Files, Context, Within, Connect, Timeout, StandardOptions.Json };
        CommandRun.Handle(check, run =>
        {
            var checks = new KubeConfigCheck(new KubeConfigCheckOptions
            {
                Context = run.Get(Context), Days = run.Get(Within), Connect = run.Get(Connect),
                Timeout = TimeSpan.FromSeconds(run.Get(Timeout)),
            });
            HostCommands.WriteChecks(run, run.Get(Files).DefaultIfEmpty(null)
                .SelectMany(file => checks.Run(file, run.CancellationToken)));
        });
        return new Command("kubeconfig", "What kubectl needs to reach a cluster.") { make, check };
    }

    private static void New(CommandRun run)
    {
        var all = new List<KubeConfig>();
        run.ForEach(run.Get(Clusters), cluster => all.Add(new KubeConfigs(run.Directory).Write(cluster, new KubeConfigOptions
        {
            Path = run.Get(File),
            Server = run.Get(Server),
            UserName = run.Get(User),
            ContextName = run.Get(NewContext),
            Group = run.Get(Group)!,
            Days = run.Get(Days),
            UseFiles = run.Get(UseFiles),
            KeepCurrentContext = run.Get(KeepContext),
            Force = run.Get(Again),
        }, run.CancellationToken)));
        run.Print<IReadOnlyList<KubeConfig>>(all, (output, made) => TextTable.Write(
            output,
            ["Context", "Server", "Until", "Path"],
            made.Select(one => new[] { one.Context, one.Server, Timestamp.Minute(one.CertificateNotAfter.UtcDateTime), one.Path })));
    }
}
