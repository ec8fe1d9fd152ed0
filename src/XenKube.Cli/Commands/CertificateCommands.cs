using System.CommandLine;
using System.Globalization;
using XenKube.Certificates;
using XenKube.Cli.Output;
using XenKube.Clusters;
using XenKube.Etcd;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube certificate</c>.</summary>
internal static class CertificateCommands
{
    private static readonly Argument<string[]> Clusters = new("CLUSTER")
        { Arity = ArgumentArity.OneOrMore, Description = "Names of clusters." };
    private static readonly Argument<string[]> Names = new("CLUSTER[/NODE]")
        { Arity = ArgumentArity.OneOrMore, Description = "Nodes; patterns like etcd/node-* are understood." };
    private static readonly Option<KeyAlgorithm?> Key = new("--key")
        { Description = "The kind of the keys (default: that of the authority, and rsa2048 for an authority).", HelpName = "rsa2048|ecdsap256" };
    private static readonly Option<int> Years = new Option<int>("--years")
        { Description = "Years of validity.", DefaultValueFactory = _ => CertificateOptions.UsualYears }
        .Between(1, 100);
    private static readonly Option<bool> Replace = new("--replace")
        { Description = "Make an authority that exists again; nothing that it signed is trusted any more." };
    private static readonly Option<int> Days = new Option<int>("--days")
        { Description = "Days of validity; a certificate ends with its authority at the latest.", DefaultValueFactory = _ => CertificateOptions.UsualDays }
        .Between(1, SpanLimits.ValidityDays);
    private static readonly Option<string[]> AdditionalNames = new("--additional-name")
        { Description = "A DNS name or IP address besides those of the guest.", HelpName = "NAME" };
    private static readonly Option<CertificateRole[]> Roles = new("--role")
        { Description = "What the certificates are for (default: all roles).", HelpName = "ROLE" };
    private static readonly Option<CertificateSource[]> Sources = new("--source")
        { Description = "Where to look: file, config, disk, endpoint.", HelpName = "SOURCE" };
    private static readonly Option<bool> Restart = new("--restart")
        { Description = "Restart etcd on running nodes, one after another, each when the cluster is healthy again." };
    private static readonly Option<int> Timeout = new Option<int>("--timeout")
        { Description = "How long a cluster may take to be healthy again.", DefaultValueFactory = _ => 300, HelpName = "SECONDS" }
        .Between(0, SpanLimits.WaitSeconds);
    private static readonly Option<int?> Within = new Option<int?>("--within")
        { Description = "Only what ends within this many days.", HelpName = "DAYS" }
        .Between(0, SpanLimits.ValidityDays);

    public static Command Create()
    {
        var authority = new Command("authority", "Make the certificate authorities of clusters.")
            { Clusters, Key, Years, Replace, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(authority, run => run.ForEach(run.Get(Clusters), cluster => run.Print(
            new CertificateStore(run.Directory).CreateAuthority(cluster, run.Get(Key) ?? KeyAlgorithm.Rsa2048, run.Get(Years),
                run.Get(Replace), run.CancellationToken),
            (output, made) => output.WriteLine(Printable.Name(made.Path)))));
        var roll = new Command("roll", "Take the next of the three steps that replace an authority: bundle, switch, drop.")
            { Clusters, Key, Years, StandardOptions.Force, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(roll, run => run.ForEach(run.Get(Clusters), cluster => run.Print(
            new EtcdAuthorityRoll(run.Directory).Take(cluster, run.Get(Key), run.Get(Years), run.Get(StandardOptions.Force),
                run.CancellationToken),
            (output, made) => output.WriteLine($"{made.Step.ToString().ToLowerInvariant()} {Printable.Name(made.Path)}"))));
        var make = new Command("new", "Make the certificates of nodes that are missing or wrong.")
            { Names, Roles, Key, Days, AdditionalNames, StandardOptions.Force, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(make, run => Each(run, node =>
            new CertificateStore(run.Directory).Create(node, Options(run), run.CancellationToken)));
        var list = new Command("list", "List certificates.") { Names, Sources, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(list, run => Each(run, node => [.. SourcesOf(run).DefaultIfEmpty(CertificateSource.File)
            .SelectMany(source => new CertificateFinder(run.Directory).List(node, source, run.CancellationToken))]));
        var check = new Command("check", "Check certificates, with remedies. Exit 1 if a check fails.")
            { Names, Sources, Within, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(check, Check);
        var renew = new Command("renew", "Renew certificates: new keys, the same names.")
            { Names, Roles, Within, Key, Days, AdditionalNames, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(renew, Renew);
        var publish = new Command("publish", "Bring certificates to their nodes: into configs, onto disks, by ssh to nodes that run.")
            { Names, Restart, Timeout, StandardOptions.XenDir, StandardOptions.Json };
        CommandRun.Handle(publish, Publish);
        return new Command("certificate", "Certificates of clusters.") { authority, roll, make, list, check, renew, publish };
    }

    private static CertificateSource[] SourcesOf(CommandRun run) => run.Get(Sources) ?? [];

    private static CertificateOptions Options(CommandRun run) => new()
    {
        Roles = run.Get(Roles) ?? [],
        KeyAlgorithm = run.Get(Key),
        Days = run.Get(Days),
        AdditionalNames = run.Get(AdditionalNames) ?? [],
        Force = run.Has(StandardOptions.Force),
    };

    private static void Each(CommandRun run, Func<Node, IReadOnlyList<ClusterCertificate>> action)
    {
        var all = new List<ClusterCertificate>();
        run.ForEach(NodeCommands.Select(run, run.Get(Names)), node => all.AddRange(action(node)));
        run.Print<IReadOnlyList<ClusterCertificate>>(all, (output, certificates) => TextTable.Write(
            output,
            ["Node", "Role", "Until", ">Days", "Names", "Path"],
            certificates.Select(one => new[] { one.Node.FullName, one.Role.ToString(), Timestamp.Minute(one.NotAfter.UtcDateTime),
                one.DaysLeft.ToString(CultureInfo.InvariantCulture), string.Join(", ", one.Names), one.Path })));
    }

    private static void Check(CommandRun run)
    {
        var check = new CertificateCheck(run.Directory, new CertificateCheckOptions
        {
            Sources = SourcesOf(run) is { Length: > 0 } sources ? sources : null,
            Days = run.Get(Within) ?? CertificateCheckOptions.UsualDays,
        });
        var nodes = NodeCommands.Select(run, run.Get(Names));
        HostCommands.WriteChecks(run, [.. nodes.Select(node => node.Cluster).Distinct().SelectMany(check.Run),
            .. nodes.SelectMany(node => check.Run(node, run.CancellationToken))]);
    }

    private static void Renew(CommandRun run) => Each(run, node =>
    {
        var store = new CertificateStore(run.Directory);
        var (roles, within) = (run.Get(Roles) ?? [], run.Get(Within));
        CertificateRole[] chosen = [.. store.List(node).Where(one => (roles.Length == 0 || roles.Contains(one.Role))
            && (within is null || one.DaysLeft < within)).Select(one => one.Role)];
        return chosen.Length == 0 ? [] : store.Renew(node, Options(run) with { Roles = chosen }, run.CancellationToken);
    });

    private static void Publish(CommandRun run)
    {
        var all = new List<CertificateDelivery>();
        var restart = new EtcdRestart(run.Directory, TimeSpan.FromSeconds(run.Get(Timeout)));
        run.ForEach(NodeCommands.Select(run, run.Get(Names)), node =>
        {
            var done = new CertificatePublisher(run.Directory).Publish(node, run.CancellationToken);
            all.AddRange(done);
            if (run.Get(Restart) && done.Any(one => one.Place == CertificateSource.Endpoint))
            {
                restart.Run(node, run.CancellationToken);
            }
        });
        run.Print<IReadOnlyList<CertificateDelivery>>(all, (output, done) =>
        {
            foreach (var one in done)
            {
                output.WriteLine(Printable.Name(one.ToString()));
            }
        });
    }
}
