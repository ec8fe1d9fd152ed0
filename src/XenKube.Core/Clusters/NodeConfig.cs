using System.Text;
using XenKube.Files;
using XenKube.Hosting;
using XenKube.Ignition;
using XenKube.Ignition.Comparing;
using XenKube.Ignition.Languages;
using XenKube.Ignition.Publishing;
using XenKube.Ignition.Secrets;
using XenKube.Ignition.Templates;

namespace XenKube.Clusters;

/// <summary>
/// A node's config on its way to the guest: template, config, Ignition JSON, published file. Every command that expands, transpiles,
/// compares, checks or publishes a node's config does it here, with the same options.
/// </summary>
public sealed class NodeConfig
{
    /// <summary>The first line of a config that was made from the cluster's template.</summary>
    private const string ClusterHeading =
        $"# made from {XenDirLayout.ClusterTemplateName}: remove this line to edit the config of this node alone\n";

    private readonly XenDirectory _directory;
    private readonly NodeConfigOverrides _overrides;
    private readonly Lazy<GuestOfImage?> _guest;

    /// <summary>Takes a node's config; its files need not exist.</summary>
    /// <param name="directory">The node's XENDIR.</param>
    /// <param name="node">The node.</param>
    /// <param name="overrides">What is to be other than the settings say; null for nothing.</param>
    /// <exception cref="InvalidInputException">The node belongs to another XENDIR.</exception>
    public NodeConfig(XenDirectory directory, Node node, NodeConfigOverrides? overrides = null)
        : this(directory, node, overrides, () => GuestOfImage.TryRead(node.DiskPath))
    {
    }

    /// <summary>The same for one who has the node's disk open.</summary>
    /// <param name="directory">The node's XENDIR.</param>
    /// <param name="node">The node.</param>
    /// <param name="overrides">What is to be other than the settings say; null for nothing.</param>
    /// <param name="guest">Reads the release on the node's disk.</param>
    internal NodeConfig(XenDirectory directory, Node node, NodeConfigOverrides? overrides, Func<GuestOfImage?> guest)
    {
        _guest = new Lazy<GuestOfImage?>(guest);
        _overrides = overrides ?? new NodeConfigOverrides();
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(node);
        directory.RequireOwn(node);
        (_directory, Node) = (directory, node);
    }

    /// <summary>The node.</summary>
    public Node Node { get; }

    /// <summary>Whether the node's config is made from a template: the node's own, or the one of its cluster.</summary>
    public bool HasTemplate => File.Exists(Node.TemplatePath) || UsesClusterTemplate;

    /// <summary>The template that the node's config is made from, if there is one.</summary>
    public string TemplatePath => UsesClusterTemplate ? ClusterTemplatePath : Node.TemplatePath;

    private string ClusterTemplatePath => _directory.Layout.ClusterTemplatePath(Node.Cluster);

    /// <summary>
    /// A config that somebody wrote for the node is not replaced: one from the cluster's template begins with a line that says so.
    /// </summary>
    private bool UsesClusterTemplate =>
        !File.Exists(Node.TemplatePath) && File.Exists(ClusterTemplatePath)
        && (WholeFile.TryReadText(Node.ConfigPath) is not { } config || config.StartsWith(ClusterHeading, StringComparison.Ordinal));

    /// <summary>
    /// How the node's config is transpiled: as the settings of its XENDIR say, with the local files in its directory, in the language of
    /// what is on the node's disk where the config names none.
    /// </summary>
    public TranspileOptions Options
    {
        get
        {
            var options = _overrides.On(_directory.Settings.TranspileOptions, Node.ConfigPath) with { SourcePath = Node.ConfigPath };
            return NodeLanguage.Of(_guest.Value) is { } language ? language.On(options) : options;
        }
    }

    /// <summary>The release on the node's disk, read at the first question; null where that is not known.</summary>
    internal GuestOfImage? Guest => _guest.Value;

    /// <summary>The options for a file: if it belongs to a node by its place, with the language of what is on the node's disk.</summary>
    /// <param name="directory">The XENDIR; null for none.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">The options otherwise.</param>
    public static TranspileOptions OptionsOf(XenDirectory? directory, string path, TranspileOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return directory is not null && options.Dialect is null && new NodeStore(directory).FindByFile(path) is { } node
            && NodeLanguage.Of(GuestOfImage.TryRead(node.DiskPath)) is { } language ? language.On(options) : options;
    }

    /// <summary>
    /// Why the release on the node's disk would not take a config; null where nothing speaks against it, or nothing is known.
    /// </summary>
    /// <param name="config">The config.</param>
    public string? FindMisfit(IgnitionConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        // A disk in use or broken says nothing about the config.
        return config.Succeeded
            ? _guest.Value?.Refuses(config.Version.StartsWith("3.", StringComparison.Ordinal) ? 3 : 2, config.Version) : null;
    }

    /// <summary>Expands a template for the node.</summary>
    /// <param name="templatePath">The template, the node's own or another.</param>
    /// <param name="outputPath">The result's file; null for the template's path without <c>.tmpl</c>.</param>
    /// <param name="force">True to expand it even if the result is current.</param>
    /// <exception cref="InvalidInputException">The template is wrong; the place is its line and column.</exception>
    public IgnitionTemplateResult Expand(string templatePath, string? outputPath = null, bool force = false) =>
        Prepare(templatePath, outputPath, force).Write();

    /// <summary>Expands for the node a template that is not a file of the host.</summary>
    /// <param name="template">The template.</param>
    /// <param name="templatePath">Its path, for errors.</param>
    /// <param name="outputPath">The result: a file of the host.</param>
    /// <param name="read">Reads an included file by its path.</param>
    /// <exception cref="InvalidInputException">The template is wrong; the place is its line and column.</exception>
    public IgnitionTemplateResult Expand(byte[] template, string templatePath, string outputPath, Func<string, byte[]> read) =>
        IgnitionTemplate.Expand(template, templatePath, outputPath, read, Variables());

    /// <summary>Transpiles the node's config. Trouble with it is in the result's report, not an exception.</summary>
    /// <exception cref="ItemNotFoundException">There is no config.</exception>
    public IgnitionConfig Transpile() => IgnitionTranspiler.Transpile(WholeFile.Read(Node.ConfigPath, regularOnly: true),
        Options with { SourcePath = Node.ConfigPath });

    /// <summary>What publishing a config would change on the guest.</summary>
    /// <param name="config">The config; one that failed changes nothing.</param>
    public NodeConfigChange Compare(IgnitionConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        byte[]? before = null;
        try
        {
            before = IgnitionPublisher.Read(Node.IgnitionPath);
        }
        catch (XenKubeException e)
        {
            // A directory, or a file that is not ours to read: publishing says what is wrong with it, if it is in the way.
            var all = config.Succeeded ? IgnitionComparison.Compare(null, Encoding.UTF8.GetBytes(config.Json)) : new IgnitionComparison([]);
            return new NodeConfigChange(true, e.Reason, all);
        }
        var after = config.Succeeded ? Encoding.UTF8.GetBytes(config.Json) : before;
        try
        {
            return new NodeConfigChange(before is not null, null, IgnitionComparison.Compare(Memory(before), Memory(after)));
        }
        catch (InvalidInputException e) when (before is not null && config.Succeeded)
        {
            // The published file is broken, as after a full disk: the guest can do nothing with it, so everything is new.
            return new NodeConfigChange(true, e.Place is null ? e.Reason : $"{e.Place}: {e.Reason}",
                IgnitionComparison.Compare(null, Memory(after)));
        }
    }

    /// <summary>Publishes a config for the node.</summary>
    /// <param name="config">The config, the node's own or another; a failed one is refused, and what is published stays as it is.</param>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work in the XENDIR.</param>
    /// <returns>What is served now.</returns>
    /// <exception cref="InvalidInputException">The config failed, or would bring the key of the cluster's certificate authority to the
    /// node.</exception>
    public PublishedIgnition Publish(IgnitionConfig config, CancellationToken cancellationToken = default)
    {
        ConfigFailure.Refuse(config);
        using var held = _directory.Lock($"publishing for {Node.FullName}", cancellationToken);
        return PublishHeld(config);
    }

    /// <summary>Takes the node's published config away.</summary>
    /// <param name="cancellationToken">Ends the wait for another XenKube that is at work in the XENDIR.</param>
    /// <returns>Whether it was there.</returns>
    public bool Unpublish(CancellationToken cancellationToken = default)
    {
        using var held = _directory.Lock($"unpublishing for {Node.FullName}", cancellationToken);
        return IgnitionPublisher.Unpublish(Node.IgnitionPath);
    }

    /// <summary>
    /// Makes the node's config again where the template, or what it takes in, is newer, and publishes it, while the XENDIR's lock is held.
    /// </summary>
    /// <returns>What is served now.</returns>
    internal PublishedIgnition RepublishHeld()
    {
        var expansion = HasTemplate ? PrepareTemplate(force: false) : null;
        var config = RequireTranspiled(expansion);
        expansion?.Write();
        return PublishHeld(config);
    }

    /// <summary>Publishes a config for the node while the XENDIR's lock is held.</summary>
    internal PublishedIgnition PublishHeld(IgnitionConfig config)
    {
        AuthorityKeyGuard.Refuse(_directory.Layout, Node, config);
        CertificateNamesGuard.Refuse(_directory.Layout, Node, config);
        if (Node.ConfigSource != ConfigSource.Http)
        {
            throw new InvalidInputException(ErrorIds.ConfigNotServed, Node.IgnitionPath, null,
                $"the config of {Node.FullName} comes to its guest by {Node.ConfigSource}, and is not served",
                $"Write it there: {new RemedyAction(RemedyActionKind.RefreshStep, Node.FullName, "publish")}");
        }
        CloseConfig();
        return IgnitionPublisher.Publish(config, Node.IgnitionPath, NginxGroup.Of(HostTree.Own));
    }

    /// <summary>Takes the config away from the web server, where it comes to its guest in another way, and closes its source.</summary>
    internal void TakeFromServer()
    {
        CloseConfig();
        IgnitionPublisher.Unpublish(Node.IgnitionPath);
    }

    // Others could read there what they cannot read in the published file.
    private void CloseConfig()
    {
        if (PrivateFile.IsOpen(Node.ConfigPath) && SecretText.IsIn(WholeFile.TryReadText(Node.ConfigPath)))
        {
            PrivateFile.Close(Node.ConfigPath);
        }
    }

    /// <summary>Expands the node's own template in memory.</summary>
    /// <param name="force">True to expand it even if the config is current.</param>
    internal TemplateExpansion PrepareTemplate(bool force) =>
        Prepare(TemplatePath, Node.ConfigPath, force);

    /// <summary>Transpiles the node's config, with the template's result in its place where that is not written yet.</summary>
    /// <exception cref="InvalidInputException">The config failed.</exception>
    internal IgnitionConfig RequireTranspiled(TemplateExpansion? expansion)
    {
        var config = expansion?.Text is { } text ? IgnitionTranspiler.Transpile(text, Options) : Transpile();
        if (!config.Succeeded && expansion?.Text is not null)
        {
            // The config is not written yet: its lines are those of the template.
            throw ConfigFailure.OfTemplate(config, expansion.TemplatePath, expansion.Lines);
        }
        ConfigFailure.Refuse(config);
        AuthorityKeyGuard.Refuse(_directory.Layout, Node, config);
        CertificateNamesGuard.Refuse(_directory.Layout, Node, config);
        return config;
    }

    private TemplateExpansion Prepare(string templatePath, string? outputPath, bool force)
    {
        var isShared = Path.GetFullPath(templatePath) == ClusterTemplatePath;
        return IgnitionTemplate.Prepare(
            templatePath, outputPath ?? (isShared ? Node.ConfigPath : null), Variables(), force, Boundary(), isShared
                ? ClusterHeading : "");
    }

    private IncludeBoundary Boundary() => new(
        [_directory.Layout.ClusterPath(Node.Cluster), .. _directory.Settings.IncludeDirectories.Select(path =>
            Path.Combine(_directory.Path, path))]);

    private TemplateVariables Variables() => NodeVariables.Of(
        Node, new ClusterStore(_directory).Get(Node.Cluster), ClusterValues.Read(_directory.Layout.ClusterValuesPath(Node.Cluster)),
        EtcdPlan.Read(_directory, Node.Cluster).Variables(Node.Name));

    // An array that is null would become memory that is empty.
    private static ReadOnlyMemory<byte>? Memory(byte[]? bytes) =>
        bytes is null ? (ReadOnlyMemory<byte>?)null : new ReadOnlyMemory<byte>(bytes);
}
