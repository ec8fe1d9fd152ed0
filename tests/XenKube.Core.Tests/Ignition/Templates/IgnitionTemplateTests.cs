using XenKube.Tests.Support;

namespace XenKube.Ignition.Templates;

public class IgnitionTemplateTests
{
    private static readonly TemplateVariables Variables = new(new Dictionary<string, Func<string?>>
    {
        ["Node.Name"] = () => "node-1",
        ["Node.IPAddress"] = () => null,
        ["Node.IgnitionUri"] = () => "http://192.168.100.1/etcd/node-1.json",
        ["Node.HasDisk"] = () => "True",
        ["Cluster.Name"] = () => "etcd",
    });

    private static string Expand(string template, TemporaryDirectory directory) =>
        IgnitionTemplate.ExpandText(template, "node.ct.tmpl", directory.Path, Variables);

    [Fact]
    public void Lines_of_a_file_are_indented_to_the_bar()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("motd", "one\n\n  two\n");
        Assert.Equal("inline: |\n  one\n\n    two\nnext: 1\n", Expand("inline: |\n  |###motd\nnext: 1\n", directory));
    }

    [Fact]
    public void File_behind_a_dash_is_joined_to_one_line_in_place()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("key.pub", "ssh-rsa AAAA\nBBBB x@y\n");
        Assert.Equal("  - ssh-rsa AAAABBBB x@y\n", Expand("  - -###key.pub\n", directory));
    }

    [Fact]
    public void Names_of_our_spaces_are_replaced_and_all_others_stay()
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal(
            "node-1 etcd http://192.168.100.1/etcd/node-1.json ${COREOS_X} ${Node} $${HOME} ${Node.Name}",
            Expand("${Node.Name} ${Cluster.Name} ${Node.IgnitionUri} ${COREOS_X} ${Node} $${HOME} $${Node.Name}", directory));
    }

    [Fact]
    public void Included_files_are_taken_as_they_are()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("x", "${Node.Name} |###y");
        Assert.Equal("${Node.Name} |###y", Expand("|###x", directory));
    }

    [Fact]
    public void Name_of_an_included_file_may_hold_variables()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("certs/node-1-etcd.pem", "CERT\n");
        Assert.Equal("  CERT\nkey: CERT\n", Expand("  |###certs/${Node.Name}-${Cluster.Name}.pem\nkey: -###certs/${Node.Name}-etcd.pem\n", directory));
        var error = Assert.Throws<InvalidInputException>(() => Expand("  |###certs/${Node.Nope}.pem\n", directory));
        Assert.Equal(("VariableUnknown", "line 1, column 13"), (error.ErrorId, error.Place));
        Assert.Equal("IncludeNotReadable", Assert.Throws<InvalidInputException>(() => Expand("|###${HOME}.pem\n", directory)).ErrorId);
    }

    [Theory]
    [InlineData("a ${Node.Name}-${Cluster.Name} z\n", "a x--y z\n", true)]
    [InlineData("a ${Node.Name}-${Cluster.Name} z\n", "a node-1-etcd z\n", false)]
    [InlineData("a ${Node.Name}-${Cluster.Name} z\n", "a x\n-y z\n", false)]
    [InlineData("a ${Node.Name}-${Cluster.Name} z\n", "a x-y z\nmore\n", false)]
    [InlineData("${Node.Name}", "other", true)]
    [InlineData("${Node.Name}${Cluster.Name}", "", true)]
    [InlineData("${Node.Name} z z", "a z z z z", true)]
    [InlineData("fixed\n", "changed\n", false)]
    public void Result_with_other_values_is_told_from_one_that_was_edited(string template, string result, bool isMadeAgain)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Write("node.ct.tmpl", template);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
        directory.Write("node.ct", result);
        Assert.Equal(isMadeAgain, IgnitionTemplate.Expand(path, variables: Variables).Written);
        Assert.Equal(isMadeAgain ? IgnitionTemplate.ExpandText(template, "x", directory.Path, Variables) : result, File.ReadAllText(directory["node.ct"]));
    }

    [Theory]
    [InlineData("a\n é: ${Node.Nope}\n", "VariableUnknown", "line 2, column 5")]
    [InlineData("${Cluster.Path}", "VariableUnknown", "line 1, column 1")]
    [InlineData("x: ${Node.IPAddress}", "VariableWithoutValue", "line 1, column 4")]
    [InlineData("x: ${Node.Name", "VariableNotClosed", "line 1, column 4")]
    [InlineData("a\n  |###missing\n", "IncludeNotReadable", "line 2, column 7")]
    [InlineData("x: -###../none\n", "IncludeNotReadable", "line 1, column 8")]
    [InlineData("inline: |###x\n", "IncludeNotAlone", "line 1, column 9")]
    [InlineData("a ###x\n", "IncludeKindUnknown", "line 1, column 3")]
    [InlineData("  |###\n", "IncludeNotNamed", "line 1, column 4")]
    public void Mistake_names_line_and_column(string template, string id, string place)
    {
        using var directory = new TemporaryDirectory();
        var error = Assert.Throws<InvalidInputException>(() => Expand(template, directory));
        Assert.Equal((id, "node.ct.tmpl", place), (error.ErrorId, error.File, error.Place));
    }

    [Fact]
    public void Comment_may_have_number_signs()
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal("### a\n  #### b\n", Expand("### a\n  #### b\n", directory));
    }

    [Fact]
    public void Newer_result_is_left_alone_unless_forced_or_an_include_changed()
    {
        using var directory = new TemporaryDirectory();
        var template = directory.Write("node.ct.tmpl", "inline: |\n  |###x\n");
        var include = directory.Write("x", "one");
        foreach (var path in (string[])[template, include])
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
        }
        var first = IgnitionTemplate.Expand(template);
        Assert.True(first.Written);
        Assert.Equal(directory["node.ct"], first.Path);
        Assert.Equal("inline: |\n  one\n", File.ReadAllText(first.Path));

        File.WriteAllText(first.Path, "edited by hand");
        Assert.False(IgnitionTemplate.Expand(template).Written);
        Assert.Equal("edited by hand", File.ReadAllText(first.Path));
        Assert.True(IgnitionTemplate.Expand(template, force: true).Written);

        File.SetLastWriteTimeUtc(include, DateTime.UtcNow.AddHours(1));
        Assert.True(IgnitionTemplate.Expand(template).Written);
    }

    [Fact]
    public void Mistake_leaves_the_old_result()
    {
        using var directory = new TemporaryDirectory();
        var template = directory.Write("node.ct.tmpl", "  |###missing\n");
        directory.Write("node.ct", "old");
        Assert.Throws<InvalidInputException>(() => IgnitionTemplate.Expand(template, force: true));
        Assert.Equal("old", File.ReadAllText(directory["node.ct"]));
    }

    [Fact]
    public void Files_are_relative_to_the_templates_folder_and_line_ends_are_kept()
    {
        using var directory = new TemporaryDirectory();
        directory.Write("etcd/motd", "one\r\ntwo\r\n");
        var template = directory.Write("etcd/node.ct.tmpl", "inline: |\r\n  |###motd\r\nname: -###motd\r\n");
        Assert.Equal("inline: |\r\n  one\n  two\r\nname: onetwo\r\n", File.ReadAllText(IgnitionTemplate.Expand(template).Path));
    }

    [Fact]
    public void Variables_without_a_node_are_a_mistake_and_escaped_ones_are_not()
    {
        using var directory = new TemporaryDirectory();
        var template = directory.Write("node.ct.tmpl", "a: $${Node.Name} ${HOME} $${Cluster.Name}\n");
        Assert.Equal("a: ${Node.Name} ${HOME} ${Cluster.Name}\n", File.ReadAllText(IgnitionTemplate.Expand(template).Path));
        directory.Write("node.ct.tmpl", "a: ${Node.Name}\n");
        Assert.Equal("VariableUnknown", Assert.Throws<InvalidInputException>(() => IgnitionTemplate.Expand(template, force: true)).ErrorId);
    }

    [Fact]
    public void Config_that_is_no_template_keeps_all_that_looks_like_a_variable() => Assert.Contains(
        "data:,%24%7BNode.Name%7D%20%7C%23%23%23x",
        IgnitionTranspiler.Transpile("storage: {files: [{path: /a, filesystem: root, mode: 0644, contents: {inline: '${Node.Name} |###x'}}]}").Json,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("node.ct")]
    [InlineData(".tmpl")]
    public void Template_has_the_name_of_one(string name)
    {
        using var directory = new TemporaryDirectory();
        Assert.Equal("TemplateNameInvalid", Assert.Throws<InvalidInputException>(() => IgnitionTemplate.Expand(directory.Write(name, "a"))).ErrorId);
    }

    [Fact]
    public void Template_and_files_that_are_not_UTF_8_are_refused()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["bad"], [0x61, 0xFF]);
        File.WriteAllBytes(directory["node.ct.tmpl"], [0x61, 0xFF]);
        Assert.Equal("TextNotUtf8", Assert.Throws<InvalidInputException>(() => IgnitionTemplate.Expand(directory["node.ct.tmpl"])).ErrorId);
        Assert.Equal("IncludeNotUtf8", Assert.Throws<InvalidInputException>(() => Expand("  |###bad\n", directory)).ErrorId);
    }
}
